/* A pointer that lies among the code, for architectures on which no code model lets the linker
 * relocate instructions: WORD, of pointer size, holds SYMBOL's address. */
#define TEXT_WORD(word, symbol) \
__asm__("	.text\n	.balign 8\n	.globl " #word "\n	.hidden " #word "\n" \
	#word ":\n	.dc.a " #symbol "\n"); \
extern __attribute__((visibility("hidden"))) int *const word
