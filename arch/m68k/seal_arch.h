#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"move.l %1,%%sp ; suba.l %%a1,%%a1 ; jmp (%0)" \
	: : "a"(pc), "r"(sp) : "a1", "memory" )
