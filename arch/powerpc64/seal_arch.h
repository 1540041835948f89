#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mr 1,%1 ; li 7,0 ; mr 12,%0 ; mtctr 12 ; bctr" \
	: : "r"(pc), "r"(sp) : "r7", "r12", "memory" )
