#ifndef SEAL_START_H
#define SEAL_START_H

#include <link.h>
#include <stddef.h>
#include <stdint.h>

/* Run a statically linked program from the loader's command line. A program
 * with no interpreter and no needed library brings its own libc, relocates
 * itself and, unless its libc is this one, seals nothing. Mapped here, its
 * non-writable segments are sealed before it starts; what it writes or
 * protects itself is left to it.
 *
 * fd is open on the program, whose name is argv[0]; sp points to the process's
 * argument block as the program is to see it (argc, then argv) and auxv to its
 * auxiliary vector, which is corrected in place; argv0, unless null, takes the
 * place of argv[0]. With preload, what could be a library that relies on what is
 * preloaded is not taken for static. Returns, with nothing
 * changed, if the program is not static, for the caller to load; does not
 * return otherwise: on failure a line is printed and the status is 1, or 127
 * if LD_SEAL says strict and isn't met. */
hidden void __exec_static(int fd, int preload, const char *argv0,
	size_t *sp, size_t *auxv);

/* 1 if a file of size bytes has at least one byte of each page that it gives to
 * the segment ph. The kernel fills the rest of the last page with zeros and
 * answers an access to a page behind it with SIGBUS, mmap(2). */
hidden int __segment_in_file(const ElfW(Phdr) *ph, uint64_t size);

#include "seal_arch.h"

/* Where the psABI passes a function for atexit in a register at the entry
 * point, a program of another libc takes what is there for one: 0 means none. */
#ifndef STATIC_JMP
#define STATIC_JMP(pc,sp) CRTJMP(pc,sp)
#endif

#endif
