#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mov %1,%%esp ; xor %%edx,%%edx ; jmp *%0" \
	: : "r"(pc), "r"(sp) : "edx", "memory" )
