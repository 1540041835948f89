#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mov sp,%1 ; mov r0,#0 ; bx %0" \
	: : "r"(pc), "r"(sp) : "r0", "memory" )
