#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mov #0,r4 ; jmp @%0 ; mov %1,r15" \
	: : "r"(pc), "r"(sp) : "r4", "memory" )
