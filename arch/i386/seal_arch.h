#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mov %1,%%esp ; xor %%edx,%%edx ; jmp *%0" \
	: : "r"(pc), "r"(sp) : "edx", "memory" )

/* glibc's struct dl_find_object has the address of the GOT. */
#define FIND_OBJECT_DBASE 1
