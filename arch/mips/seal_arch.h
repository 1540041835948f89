#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"move $sp,%1 ; move $2,$0 ; jr %0" \
	: : "r"(pc), "r"(sp) : "$2", "memory" )
