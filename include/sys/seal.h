#ifndef _SYS_SEAL_H
#define _SYS_SEAL_H

/* SEAL_MUTABLE: for data that the program protects or unmaps while it runs.
 *
 * The dynamic linker seals the mappings of a program and its libraries, and a
 * static program seals its own at start: mprotect, munmap and mremap of these
 * pages fail. Variables defined with SEAL_MUTABLE are not sealed:
 *
 *	#include <sys/seal.h>
 *	static SEAL_MUTABLE struct config config = { ... };
 *
 * It works for any variable of static storage that is not const, not
 * thread-local and, in C++, not inline and not of a template. The compiler must
 * understand GNU C. The variables lie together, in link order, in the section
 * musl_mutable, which begins on a page boundary and shares no page with other
 * data, at any page size; the other data stays sealed. To protect one variable
 * apart from the others, give it the alignment and the size that mprotect
 * requires anyway.
 *
 * It works with any ELF linker, because it needs only an alignment and a note.
 * It costs up to twice __SEAL_PAGE bytes in file and memory, for each program
 * or library with a file that includes this header, and the data takes room in
 * the file even if it is zero. Use mmap for larger things: that memory is never
 * sealed. docs/mutable.md specifies the note. */

#ifndef SEAL_NO_MUTABLE

#define SEAL_MUTABLE __attribute__((__section__("musl_mutable")))

/* The largest page size of the architecture, in bytes. */
#if defined(__x86_64__) || defined(__i386__) || defined(__s390x__)
#define __SEAL_PAGE "4096"
#else
#define __SEAL_PAGE "65536"
#endif

/* Every file that includes this header adds its part of the section, or only
 * the alignment; one byte, common to all files, in a section that follows and
 * also begins on a page boundary, so that no other data is on the last page;
 * and a note with all these addresses. The linker makes the __start_ and
 * __stop_ symbols. .ifndef, because -flto joins the assembly of several
 * files. */
__asm__(
"	.ifndef .Lmusl_mutable\n"
"	.pushsection musl_mutable,\"aw\",%progbits\n"
"	.balign " __SEAL_PAGE "\n"
".Lmusl_mutable:\n"
"	.popsection\n"
"	.pushsection musl_mutable_end,\"awG\",%progbits,__musl_mutable_end,comdat\n"
"	.balign " __SEAL_PAGE "\n"
"	.weak __musl_mutable_end\n"
"	.hidden __musl_mutable_end\n"
"__musl_mutable_end:\n"
"	.byte 0\n"
"	.popsection\n"
"	.hidden __start_musl_mutable\n"
"	.hidden __stop_musl_mutable\n"
"	.pushsection .note.musl-seal,\"a\",%note\n"
"	.balign 4\n"
"	.4byte 10, 16, 3\n"
"	.asciz \"musl-seal\"\n"
"	.balign 4\n"
"	.4byte .Lmusl_mutable - .\n"
"	.4byte __start_musl_mutable - .\n"
"	.4byte __stop_musl_mutable - .\n"
"	.4byte __musl_mutable_end - .\n"
"	.popsection\n"
"	.endif\n"
);

#endif

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1 if all pages of the range are immutable, by the records of libc, 0 if not;
 * see mseal_query(3). To include the header for this function alone, at no
 * cost, define SEAL_NO_MUTABLE before. */
int mseal_query(const void *, size_t);

#ifdef __cplusplus
}
#endif

#endif
