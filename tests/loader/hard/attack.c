/* Attacks that ignore protections and seals, or bring new code, by an attacker
 * who makes any system call. argv[1] names one. With argv[2] the program calls
 * dlseal before. It prints "succeeded" if code
 * or data changed in effect, else "refused" and the reason. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CODE 8			/* bytes of a function that returns a number */

typedef int function(void);

extern ElfW(Dyn) _DYNAMIC[] __attribute__((__visibility__("hidden")));

static int one(void);

#ifdef DLOPEN
static function *of_library_p;
#define of_library of_library_p
#elif defined NO_LIBRARY
#define of_library one
#else
int of_library(void);
#endif

__attribute__((__noinline__, __aligned__(16))) static int one(void)
{
	__asm__ ("");
	return 1;
}

__attribute__((__noinline__, __aligned__(16))) static int two(void)
{
	__asm__ ("");
	return 2;
}

static function *const in_relro[] = { one };

static int call(function *volatile f)
{
	return f();
}

static int answer(int success)
{
	if (success) puts("succeeded");
	else printf("refused: %s\n", strerror(errno));
	return 0;
}

static int skip(const char *why)
{
	printf("skipped: %s: %s\n", why, strerror(errno));
	return 77;
}

static ssize_t force(const void *at, const void *from, size_t n)
{
	int fd = open("/proc/self/mem", O_RDWR);
	if (fd < 0) return -1;
	ssize_t l = pwrite(fd, from, n, (off_t)(uintptr_t)at);
	int e = errno;
	close(fd);
	errno = e;
	return l;
}

static int force_code(function *f)
{
	ssize_t n = force((void *)f, (void *)two, CODE);
	return answer(n == CODE && call(f) == 2);
}

static int text(void) { return force_code(one); }
static int library(void) { return force_code(of_library); }
static int libc(void) { return force_code((function *)getppid); }

static int vdso(void)
{
	char *p = (char *)getauxval(AT_SYSINFO_EHDR);
	if (!p) return skip("no vdso");
	/* Its header, so that nothing breaks. */
	char was = p[9], new = was ^ 1;
	return answer(force(p+9, &new, 1) == 1 && p[9] == new);
}

static int relro(void)
{
	function *f = two;
	function *const *p = in_relro;
	__asm__ ("" : "+r"(p));
	ssize_t n = force((void *)p, &f, sizeof f);
	return answer(n == sizeof f && call(*p) == 2);
}

static int records(void)
{
	volatile int *version = 0;
	for (ElfW(Dyn) *d=_DYNAMIC; d->d_tag; d++)
		if (d->d_tag == DT_DEBUG) version = (void *)d->d_un.d_ptr;
	if (!version) return skip("no DT_DEBUG");
	int new = *version+1;
	return answer(force((void *)version, &new, sizeof new) == sizeof new
		&& *version == new);
}

static int poke(void)
{
	int status;
	long word;
	memcpy(&word, (void *)two, sizeof word);
	prctl(PR_SET_PTRACER, -1);
	pid_t parent = getpid(), child = fork();
	if (!child) {
		if (ptrace(PTRACE_ATTACH, parent, 0, 0)) _exit(77);
		waitpid(parent, &status, __WALL);
		errno = 0;
		long ret = ptrace(PTRACE_POKETEXT, parent, (void *)one, word);
		int e = errno;
		ptrace(PTRACE_DETACH, parent, 0, 0);
		_exit(ret ? e : 0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR);
	errno = WEXITSTATUS(status);
	if (errno == 77) return skip("ptrace");
	return answer(call(one) == 2);
}

/* It goes by the protection. A page that is read-only and has a key of its own
 * would be another matter. */
static int writev_(void)
{
	struct iovec from = { (void *)two, CODE }, to = { (void *)one, CODE };
	ssize_t n = process_vm_writev(getpid(), &from, 1, &to, 1, 0);
	return answer(n == CODE && call(one) == 2);
}

/* <linux/userfaultfd.h> */
struct uffd_api { uint64_t api, features, ioctls; };
struct uffd_register { uint64_t start, len, mode, ioctls; };
struct uffd_copy { uint64_t dst, src, len, mode; int64_t copy; };
#define UFFD_API _IOWR(0xaa, 0x3f, struct uffd_api)
#define UFFD_REGISTER _IOWR(0xaa, 0, struct uffd_register)
#define UFFD_COPY _IOWR(0xaa, 3, struct uffd_copy)

/* A library on tmpfs: drop a page of its text, and fill the hole. */
static int uffd(void)
{
#ifdef DLOPEN
	size_t page = sysconf(_SC_PAGESIZE);
	struct uffd_api api = { 0xaa, 0, 0 };
	Dl_info info;
	char name[64], *new = mmap(0, page, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	int out = memfd_create("library", 0);
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC|O_NONBLOCK|1);
	if (fd < 0 || ioctl(fd, UFFD_API, &api)) return skip("userfaultfd");
	if (!dladdr((void *)of_library, &info)) return 1;
	int in = open(info.dli_fname, O_RDONLY);
	char buf[4096];
	for (ssize_t n; (n=read(in, buf, sizeof buf)) > 0; )
		if (write(out, buf, n) != n) return 1;
	snprintf(name, sizeof name, "/proc/self/fd/%d", out);
	void *h = dlopen(name, RTLD_NOW);
	if (!h) {
		puts(dlerror());
		return 1;
	}
	function *f = (function *)dlsym(h, "of_library");
	char *at = (char *)((uintptr_t)f & -page);
	memcpy(new, at, page);
	memcpy(new+((char *)f-at), (void *)two, CODE);
	if (madvise(at, page, MADV_DONTNEED)) return answer(0);
	/* From the file too. */
	if (fallocate(out, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE,
	    lseek(out, 0, SEEK_END) & -page, page)) return 1;
	struct uffd_register r = { (uintptr_t)at, page, 1, 0 };
	if (ioctl(fd, UFFD_REGISTER, &r)) return answer(0);
	struct uffd_copy c = { (uintptr_t)at, (uintptr_t)new, page, 0, 0 };
	if (ioctl(fd, UFFD_COPY, &c)) return answer(0);
	return answer(call(f) == 2);
#else
	return 1;
#endif
}

static char *page_of(void *p)
{
	return (char *)((uintptr_t)p & -sysconf(_SC_PAGESIZE));
}

static int stack_exec(void)
{
	char here = 0;
	return answer(!mprotect(page_of(&here), 1,
		PROT_READ|PROT_WRITE|PROT_EXEC));
}

static void grow(void)
{
	volatile char far[100000];
	for (size_t i=0; i<sizeof far; i+=1000) far[i] = 1;
}

static int replace(char *p)
{
	return mmap(p, 1, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS
		|MAP_FIXED, -1, 0) == p;
}

static int stack_replaced(void)
{
	char here;
	grow();
	return answer(replace(page_of(&here)-12*sysconf(_SC_PAGESIZE)));
}

static pthread_barrier_t barrier;
static char *of_thread;

static void *thread(void *arg)
{
	char here;
	of_thread = page_of(&here);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return arg;
}

static int with_thread(int attack(char *))
{
	pthread_t t;
	pthread_barrier_init(&barrier, 0, 2);
	pthread_create(&t, 0, thread, 0);
	pthread_barrier_wait(&barrier);
	errno = 0;
	int success = attack(of_thread), e = errno;
	pthread_barrier_wait(&barrier);
	pthread_join(t, 0);
	errno = e;
	return answer(success);
}

static int thread_exec(char *p)
{
	return !mprotect(p, 1, PROT_READ|PROT_WRITE|PROT_EXEC);
}

/* Below the frames that it has. */
static int thread_replaced(char *p)
{
	return replace(p-32768);
}

static int thread_stack_exec(void) { return with_thread(thread_exec); }
static int thread_stack_replaced(void) { return with_thread(thread_replaced); }

/* A stack that is kept for the next thread. */
static int ended_stack_replaced(void)
{
	pthread_t t;
	pthread_barrier_init(&barrier, 0, 1);
	pthread_create(&t, 0, thread, 0);
	pthread_join(t, 0);
	return answer(replace(of_thread));
}

static int run(void *code)
{
	return code != MAP_FAILED && call((function *)(uintptr_t)code) == 2;
}

static int made(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *p = mmap(0, page, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	memcpy(p, (void *)two, CODE);
	return !mprotect(p, page, PROT_READ|PROT_EXEC) && run(p);
}

static int jit(void) { return answer(made()); }

static int jit_in_child(void)
{
	int status;
	pid_t child = fork();
	if (!child) _exit(made() ? 0 : errno);
	waitpid(child, &status, 0);
	errno = WEXITSTATUS(status);
	return answer(!errno && WIFEXITED(status));
}

static int writable_code(void)
{
	return answer(mmap(0, 1, PROT_READ|PROT_WRITE|PROT_EXEC,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static int memfd(void)
{
	int fd = memfd_create("code", 0);
	if (write(fd, (void *)two, CODE) != CODE) return 1;
	return answer(run(mmap(0, CODE, PROT_READ|PROT_EXEC, MAP_PRIVATE, fd,
		0)));
}

static int shm(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT|0700);
	void *p = shmat(id, 0, 0);
	if (p == (void *)-1) return skip("shmat");
	memcpy(p, (void *)two, CODE);
	shmdt(p);
	p = shmat(id, 0, SHM_EXEC|SHM_RDONLY);
	int e = errno;
	shmctl(id, IPC_RMID, 0);
	errno = e;
	return answer(p != (void *)-1 && run(p));
}

static int personality_(void)
{
	int fd = memfd_create("code", 0);
	if (write(fd, (void *)two, CODE) != CODE) return 1;
	if (personality(READ_IMPLIES_EXEC) < 0) return answer(0);
	return answer(run(mmap(0, CODE, PROT_READ, MAP_PRIVATE, fd, 0)));
}

/* Nothing that programs do is refused. */
static int harmless(void)
{
	char *p = mmap(0, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	char *q = realloc(malloc(10), 1000000);
	int status;
	pid_t child = fork();
	if (!child) _exit(3);
	return answer(p != MAP_FAILED && !mprotect(p, 4096, PROT_READ
		|PROT_WRITE) && !munmap(p, 8192) && q
		&& waitpid(child, &status, 0) == child
		&& WEXITSTATUS(status) == 3 && personality(0xffffffff) >= 0);
}

static const struct { const char *name; int (*f)(void); } attacks[] = {
#define ATTACK(f) { #f, f }
	ATTACK(text), ATTACK(library), ATTACK(libc), ATTACK(vdso),
	ATTACK(relro), ATTACK(records), ATTACK(poke), { "writev", writev_ },
	ATTACK(uffd), ATTACK(stack_exec), ATTACK(stack_replaced),
	ATTACK(thread_stack_exec), ATTACK(thread_stack_replaced),
	ATTACK(ended_stack_replaced), ATTACK(jit), ATTACK(jit_in_child),
	ATTACK(writable_code), ATTACK(memfd), ATTACK(shm),
	{ "personality", personality_ }, ATTACK(harmless),
};

int main(int argc, char **argv)
{
	setbuf(stdout, 0);
#ifdef DLOPEN
	char lib[4096];
	ssize_t n = readlink("/proc/self/exe", lib, sizeof lib-20);
	if (n < 0) return 1;
	lib[n] = 0;
	strcpy(strrchr(lib, '/')+1, "libhard.so");
	void *h = dlopen(lib, RTLD_NOW);
	if (!h || !(of_library = (function *)dlsym(h, "of_library"))) {
		puts(dlerror());
		return 1;
	}
#endif
	if (argc > 2 && dlseal()) puts(dlerror());
	if (call(one) != 1 || call(two) != 2 || call(of_library) != 1) return 1;
	for (size_t i=0; argc > 1 && i<sizeof attacks/sizeof *attacks; i++)
		if (!strcmp(attacks[i].name, argv[1])) return attacks[i].f();
	fprintf(stderr, "no attack %s\n", argv[1] ? argv[1] : "");
	return 1;
}
