/* The mark that musl-gcc links into every program and library: its writable
 * data may be sealed too. It is for linkers without -z memory-seal (binutils
 * before 2.44); src/internal/seal_policy.h describes the format. It is assembly
 * because compilers differ in the section type that they give a variable.
 *
 * GNU ld puts notes beside the build ID, near the headers. Without a build ID
 * it puts them behind .rodata, where reading these 28 bytes costs every load a
 * page fault. So musl-gcc asks for a build ID, as gcc itself usually does. */
__asm__(
"	.section .note.musl-seal,\"a\",%note\n"
"	.balign 4\n"
"	.4byte 10, 4, 1\n"
"	.asciz \"musl-seal\"\n"
"	.balign 4\n"
"	.4byte 1\n"
"	.text\n"
);
