#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mov sp,%1 ; mov x0,#0 ; br %0" \
	: : "r"(pc), "r"(sp) : "x0", "memory" )
