#ifndef SEAL_START_H
#define SEAL_START_H

#include <link.h>
#include <stddef.h>
#include <stdint.h>

/* Run a statically linked program from the loader's command line. A program
 * with no interpreter and no needed library brings its own libc, relocates
 * itself and, unless its libc is this one, seals nothing. Its read-only
 * segments are sealed here before it starts. Its writable segments are left
 * alone, because it relocates and protects them itself.
 *
 * fd is open on the program, and argv[0] is its name. sp points to the argument
 * block that the program will see (argc, then argv), and auxv to the auxiliary
 * vector, which is corrected in place. argv0, unless null, replaces argv[0].
 * With preload, an object that may be a library that relies on preloaded ones
 * is not taken for a static program. If the program is not static, this returns
 * with nothing changed, and the caller loads it. Else it does not return: a
 * failure prints a line and exits with status 1, or 127 if LD_SEAL says strict
 * and that can't be met. */
hidden void __exec_static(int fd, int preload, const char *argv0,
	size_t *sp, size_t *auxv);

#include "seal_arch.h"

/* Some psABIs pass a function for atexit in a register at the entry point. A
 * program with another libc would register it, so it has to be 0 (none).
 * STATIC_JMP clears that register. */
#ifndef STATIC_JMP
#define STATIC_JMP(pc,sp) CRTJMP(pc,sp)
#endif

#endif
