/* A library whose note about mutable data is wrong, BAD says how. Its data must
 * be sealed as if there were none. */

__attribute__((aligned(65536), visibility("hidden"))) char bad_data[131072] = { 1 };
char *bad_where(void) { return bad_data; }

/* owner, descriptor's size in words, and it: four places */
#define HEAD(words) \
	".4byte 10, 4*(" words "), 3\n.asciz \"musl-seal\"\n.balign 4\n"
#define WORD(to) ".4byte bad_data+" to "-.\n"
#define NOTE(place, start, stop, next) \
	HEAD("4") WORD(place) WORD(start) WORD(stop) WORD(next)
#define GOOD NOTE("0", "0", "65536", "65536")

__asm__(
"	.section .note.bad,\"a\",%note\n"
"	.balign 4\n"
#if BAD == 1	/* too few words; too many */
HEAD("3") WORD("0") WORD("0") WORD("4096")
#elif BAD == 2
HEAD("5") WORD("0") WORD("0") WORD("4096") WORD("4096") WORD("0")
#elif BAD == 3	/* ends before it starts */
NOTE("0", "65536", "0", "0")
#elif BAD == 4	/* what follows starts before the end, or far after it */
NOTE("0", "0", "65536", "4096")
#elif BAD == 5
NOTE("0", "0", "1", "1+65536")
#elif BAD == 6	/* outside the object: after it, before it, all of memory */
NOTE("0x1000000", "0x1000000", "0x1001000", "0x1001000")
#elif BAD == 7
NOTE("-0x1000000", "-0x1000000", "65536", "65536")
#elif BAD == 8
NOTE("0", "-0x70000000", "0x70000000", "0x70000000")
#elif BAD == 9	/* two that overlap */
GOOD NOTE("4096", "4096", "65536+4096", "65536+4096")
#elif BAD == 10	/* thousands */
"	.set i, 0\n"
"	.rept 5000\n"
NOTE("i", "i", "i+1", "i+1")
"	.set i, i+8\n"
"	.endr\n"
#elif BAD == 11	/* a good one, and one whose size is a lie */
GOOD
"	.4byte 10, 0xfffffff0, 3\n.asciz \"musl-seal\"\n.balign 4\n"
#elif BAD == 12	/* a good one, and another's whose size is a lie */
GOOD
"	.4byte 4, 0x7fffffff, 1\n.asciz \"GNU\"\n"
#elif BAD == 13	/* the place that keeps the section is not in it */
NOTE("65536+1", "0", "65536", "65536")
#endif
"	.text\n"
);
