/* The mark that musl-gcc links into every program and library: its writable
 * data may be sealed along with the rest. For linkers that know no
 * -z memory-seal (binutils before 2.44); see src/internal/seal_policy.h for
 * the format and sealing's part in it. Assembly, because compilers differ in
 * which section type they give a variable.
 *
 * GNU ld puts notes beside the build ID, near the headers, and those of a library
 * that has none behind .rodata, which costs every load a page fault to read 28
 * bytes. So musl-gcc asks for a build ID, as gcc itself usually does. */
__asm__(
"	.section .note.musl-seal,\"a\",%note\n"
"	.balign 4\n"
"	.4byte 10, 4, 1\n"
"	.asciz \"musl-seal\"\n"
"	.balign 4\n"
"	.4byte 1\n"
"	.text\n"
);
