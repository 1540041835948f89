/* More than a page, so that what is looked at shares none with RELRO. */
int mark_data = 3;
int *const mark_relro = &mark_data;
char mark_more[10000] = { 1 };
int *mark_where(void) { return &mark_data; }

#ifdef PROPERTY
/* GNU_PROPERTY_MEMORY_SEAL, no data, as ld -z memory-seal of binutils 2.44
 * makes it; another property comes first. Older linkers drop what they do not
 * know from .note.gnu.property, so it has a section of another name. */
__asm__(
"	.section .note.property,\"a\",%note\n"
"	.balign 8\n"
"	.4byte 4, 24, 5\n"
"	.asciz \"GNU\"\n"
"	.4byte 1, 8, 65536, 0\n"
"	.4byte 3, 0\n"
"	.text\n"
);
#endif
#ifdef OTHER_NOTES
/* Notes that must not be taken for a mark. */
__asm__(
"	.section .note.other,\"a\",%note\n"
"	.balign 4\n"
"	.4byte 10, 4, 2\n"
"	.asciz \"musl-seal\"\n"
"	.balign 4\n"
"	.4byte 1\n"
"	.4byte 10, 4, 1\n"
"	.asciz \"musl-sail\"\n"
"	.balign 4\n"
"	.4byte 1\n"
"	.4byte 4, 4, 3\n"
"	.asciz \"GNU\"\n"
"	.4byte 3\n"
"	.text\n"
);
#endif
