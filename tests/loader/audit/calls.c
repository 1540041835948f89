/* LD_SEAL=audit, apart from what programs usually do: by the argument. The
 * harness counts the lines. */

#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define PAGES 80

static char data[PAGES*PAGE] __attribute__((__aligned__(PAGE)));

static void refused_at(char *p)
{
	errno = 0;
	int r = mprotect(p, PAGE, PROT_READ);
	check_ok(r == -1 && errno == EPERM, "mprotect: wanted -1, EPERM, got "
		"%d, %d", r, errno);
}

/* Each of the calls, with what it replaces or moves. */
static void each(void)
{
	char *p = mmap(0, PAGE, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	check_err(munmap(data, PAGE), EPERM, "munmap");
	check_err(mprotect(data, PAGE, PROT_EXEC), EPERM, "mprotect");
	check_err(syscall(SYS_pkey_mprotect, data, PAGE, PROT_READ, -1), EPERM,
		"pkey_mprotect");
	check_err((long)mmap(data, PAGE, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS
		|MAP_FIXED, -1, 0), EPERM, "mmap");
	check_err((long)mremap(data, PAGE, 2*PAGE, MREMAP_MAYMOVE), EPERM,
		"mremap");
	check_err((long)mremap(p, PAGE, PAGE, MREMAP_MAYMOVE|MREMAP_FIXED,
		data+PAGE), EPERM, "mremap to");
	int id = shmget(IPC_PRIVATE, 2*PAGE, IPC_CREAT|0600);
	check_err((long)shmat(id, data, SHM_REMAP), EPERM, "shmat");
	shmctl(id, IPC_RMID, 0);
}

/* EPERM for another reason. */
static void others(void)
{
	int fd = memfd_create("sealed", MFD_CLOEXEC|MFD_ALLOW_SEALING);
	char *p = mmap(0, 2*PAGE, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	check_ok(!ftruncate(fd, PAGE) && !fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE),
		"no sealed file");
	check_err((long)mmap(p, PAGE, PROT_READ|PROT_WRITE,
		MAP_SHARED|MAP_FIXED, fd, 0), EPERM, "mmap of a sealed file");
	check_err((long)mmap(0, PAGE, PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0),
		EPERM, "the same anywhere");
	check_err(mseal(p, PAGE, 0), 0, "mseal");
	check_err(mprotect(p, PAGE, PROT_READ), EPERM, "the program's seal");
	check_err(munmap((void *)1, PAGE), EINVAL, "munmap");
}

static void in_handler(int sig)
{
	(void)sig;
	refused_at(data);
}

/* On a small stack, with nothing mapped below it. */
static void in_signal_handler(void)
{
	char *p = mmap(0, 4*PAGE, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	stack_t s = { .ss_sp = p+2*PAGE, .ss_size = 2*PAGE };
	struct sigaction sa = { .sa_handler = in_handler,
		.sa_flags = SA_ONSTACK };
	check_err(mprotect(p+2*PAGE, 2*PAGE, PROT_READ|PROT_WRITE), 0, "stack");
	check_err(sigaltstack(&s, 0), 0, "sigaltstack");
	sigaction(SIGUSR1, &sa, 0);
	raise(SIGUSR1);
}

/* The stack is used then. */
static void without_memory(void)
{
	struct rlimit none = { 0, 0 };
	check_err(setrlimit(RLIMIT_AS, &none), 0, "setrlimit");
	refused_at(data);
}

static pthread_barrier_t barrier;

static void *thread(void *arg)
{
	pthread_barrier_wait(&barrier);
	for (int i=0; i<20; i++) mprotect(data+i*PAGE, PAGE, PROT_READ);
	return arg;
}

static void threads(void)
{
	pthread_t t[8];
	pthread_barrier_init(&barrier, 0, 8);
	for (int i=0; i<8; i++) pthread_create(t+i, 0, thread, 0);
	for (int i=0; i<8; i++) pthread_join(t[i], 0);
	refused_at(data);
}

static void after_fork(void)
{
	refused_at(data);
	pid_t pid = fork();
	if (!pid) {
		refused_at(data);
		refused_at(data+PAGE);
		_exit(0);
	}
	waitpid(pid, 0, 0);
}

static void many(void)
{
	for (int i=0; i<PAGES; i++) refused_at(data+i*PAGE);
}

#ifdef __x86_64__
#include <ucontext.h>

/* A handler that runs in dlopen, while the records can be written to, in place
 * of a call, and makes that fail. */
static void trapped(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)si;
	refused_at(data);
	((ucontext_t *)uc)->uc_mcontext.gregs[REG_RAX] = -EIO;
}

struct insn { uint16_t code; uint8_t jt, jf; uint32_t k; };

static void in_dlopen(void)
{
	struct insn code[] = {
		{ 0x20, 0, 0, 0 },              /* load the number */
		{ 0x15, 0, 1, SYS_pread64 },
		{ 0x06, 0, 0, 0x30000 },        /* trap */
		{ 0x06, 0, 0, 0x7fff0000 },     /* allow */
	};
	struct { unsigned short n; struct insn *p; } filter = { 4, code };
	struct sigaction sa = { .sa_sigaction = trapped,
		.sa_flags = SA_SIGINFO };
	sigaction(SIGSYS, &sa, 0);
	check_ok(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
		&& !prctl(PR_SET_SECCOMP, 2, &filter), "no filter");
	check_ok(!dlopen("libopened.so", RTLD_NOW), "dlopen succeeded");
}
#else
static void in_dlopen(void) { check_skip("x86-64 only"); }
#endif

/* All of a library. */
static void whole_library(void)
{
	Dl_info info;
	void *lib = dlopen("libopened.so", RTLD_NOW), *f;
	f = lib ? dlsym(lib, "opened_one") : 0;
	if (!check_ok(f && dladdr(f, &info), "no library")) return;
	check_err(munmap(info.dli_fbase, 4*PAGE), EPERM, "munmap");
}

int main(int argc, char **argv)
{
	static const struct { const char *name; void (*f)(void); } all[] = {
		{ "each", each }, { "others", others },
		{ "signal", in_signal_handler }, { "threads", threads },
		{ "nomem", without_memory },
		{ "fork", after_fork }, { "many", many },
		{ "dlopen", in_dlopen }, { "library", whole_library },
	};
	for (size_t i=0; i<sizeof all/sizeof *all; i++)
		if (argc > 1 && !strcmp(argv[1], all[i].name)) all[i].f();
	return check_done();
}
