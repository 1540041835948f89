#ifndef _SYS_SEAL_H
#define _SYS_SEAL_H

/* SEAL_MUTABLE: data whose mapping the program changes while it runs.
 *
 * The dynamic linker, and in a static program its start, seal what is mapped of
 * a program and its libraries: no mprotect, munmap or mremap of these pages
 * succeeds any more. Variables defined with SEAL_MUTABLE are left out:
 *
 *	#include <sys/seal.h>
 *	static SEAL_MUTABLE struct config config = { ... };
 *
 * Any variable of static storage that is neither const nor thread-local, nor
 * inline or of a template in C++; GNU C or a compiler like it. They stand
 * together, in the order of the link, in the section musl_mutable, which begins
 * on a page boundary and shares no page with anything else, whatever the page
 * size; all else stays sealed. A variable that is to be protected apart from the
 * others takes alignment and size of its own, as for mprotect anyway.
 *
 * It works with any ELF linker, because it asks for nothing but an alignment and
 * a note. What it costs: up to twice __SEAL_PAGE bytes in file and memory, for
 * each program or library with a file that includes this header; and the data
 * is in the file even where it is zero. Larger things are for mmap, which is
 * never sealed. docs/mutable.md specifies the note. */

#define SEAL_MUTABLE __attribute__((__section__("musl_mutable")))

/* The largest page size of the architecture, in bytes. */
#if defined(__x86_64__) || defined(__i386__) || defined(__s390x__)
#define __SEAL_PAGE "4096"
#else
#define __SEAL_PAGE "65536"
#endif

/* Every file that includes this brings: its part of the section, if only the
 * alignment; one byte, common to all, in a section that follows it and begins on
 * a page boundary too, so that nothing else can be on the last page; and a note
 * that says where it all is. The linker makes the __start_ and __stop_ symbols.
 * .ifndef, because under -flto the assembly of several files becomes one. */
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
