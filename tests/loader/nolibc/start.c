/* A dynamic program without any libc: it needs no library, its start code is
 * its own. Prints its smaps, then what attacks on itself and on the loader
 * came to, by raw system calls: "munmap of text: -1" is EPERM. */

#include <elf.h>
#include <sys/syscall.h>

static long sys(long n, long a, long b, long c, long d, long e, long f)
{
	long ret;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile ("syscall" : "=a"(ret) : "a"(n), "D"(a), "S"(b),
		"d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return ret;
}

static void put(const char *s, unsigned long n)
{
	sys(SYS_write, 1, (long)s, n, 0, 0, 0);
}

static void puts0(const char *s)
{
	unsigned long n = 0;
	while (s[n]) n++;
	put(s, n);
}

static void putn(long n)
{
	char b[24], *p = b+sizeof b;
	unsigned long u = n < 0 ? -n : n;
	do *--p = '0' + u%10; while (u /= 10);
	if (n < 0) *--p = '-';
	put(p, b+sizeof b-p);
}

static void say(const char *what, long r)
{
	puts0(what);
	putn(r);
	puts0("\n");
}

static char buf[4096];
int data = 1;
int *const in_relro = &data;

__attribute__((used)) static void run(long *sp)
{
	long fd, n, base = 0;
	long *aux = sp + *sp + 2;
	while (*aux++);
	for (; *aux; aux += 2) if (*aux == AT_BASE) base = aux[1];

	fd = sys(SYS_open, (long)"/proc/self/smaps", 0, 0, 0, 0, 0);
	while ((n = sys(SYS_read, fd, (long)buf, sizeof buf, 0, 0, 0)) > 0)
		put(buf, n);
	long text = (long)(unsigned long)run & -4096;
	long relro = (long)&in_relro & -4096;
	say("mprotect of text: ", sys(SYS_mprotect, text, 4096, 7, 0, 0, 0));
	say("mprotect of relro: ", sys(SYS_mprotect, relro, 4096, 3, 0, 0, 0));
	say("dontneed of relro: ", sys(SYS_madvise, relro, 4096, 4, 0, 0, 0));
	say("munmap of relro: ", sys(SYS_munmap, relro, 4096, 0, 0, 0, 0));
	say("mprotect of ld.so: ", sys(SYS_mprotect, base, 4096, 7, 0, 0, 0));
	say("munmap of ld.so: ", sys(SYS_munmap, base, 4096, 0, 0, 0, 0));
	sys(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

__asm__(".globl _start\n_start:\n\txor %ebp,%ebp\n\tmov %rsp,%rdi\n"
	"\tand $-16,%rsp\n\tcall run\n\thlt\n");
