/* The mark that musl-gcc links into every program and library: its writable
 * data may be sealed too. It is for linkers without -z memory-seal (binutils
 * before 2.44); src/internal/seal_note.h describes the format. It is assembly
 * because compilers differ in the section type that they give a variable.
 *
 * GNU ld puts notes beside the build ID, near the headers. Without a build ID
 * it puts them behind .rodata, where reading these 28 bytes costs every load a
 * page fault. So musl-gcc asks for a build ID, as gcc itself usually does. */
#include "seal_note.h"

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)

__asm__(
"	.section .note.musl-seal,\"a\",%note\n"
"	.balign 4\n"
"	.4byte 2f-1f, 4, " NUMBER(SEAL_NOTE_TYPE) "\n"
"1:	.asciz \"" SEAL_NOTE_OWNER "\"\n"
"2:	.balign 4\n"
"	.4byte " NUMBER(SEAL_NOTE_DATA) "\n"
"	.text\n"
);
