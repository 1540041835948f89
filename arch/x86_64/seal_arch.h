#define STATIC_JMP(pc,sp) __asm__ __volatile__( \
	"mov %1,%%rsp ; xor %%edx,%%edx ; jmp *%0" \
	: : "r"(pc), "r"(sp) : "rdx", "memory" )

/* Protection keys. A register of each thread has two bits for each of 16 keys:
 * KEY_DENY_ALL and KEY_DENY_WRITE, shifted by twice the key. The instructions
 * exist only if the kernel has given out a key. */
#define HAVE_KEYS 1

static inline unsigned get_key_rights(void)
{
	unsigned rights, zero;
	__asm__ __volatile__ ("rdpkru" : "=a"(rights), "=d"(zero) : "c"(0));
	return rights;
}

static inline void set_key_rights(unsigned rights)
{
	__asm__ __volatile__ ("wrpkru"
		: : "a"(rights), "c"(0), "d"(0) : "memory");
}
