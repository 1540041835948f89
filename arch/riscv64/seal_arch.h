#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mv sp,%1 ; li a0,0 ; jr %0" \
	: : "r"(pc), "r"(sp) : "a0", "memory" )
