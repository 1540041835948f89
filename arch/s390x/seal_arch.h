#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"lgr %%r15,%1 ; lghi %%r14,0 ; br %0" \
	: : "a"(pc), "r"(sp) : "r14", "memory" )
