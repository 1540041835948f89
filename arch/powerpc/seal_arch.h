#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mr 1,%1 ; li 7,0 ; mtlr %0 ; blr" \
	: : "r"(pc), "r"(sp) : "r7", "memory" )
