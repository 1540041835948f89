/* The loader's records have a protection key: LD_SEAL=on,pkey. Argument:
 *
 *	protection   their mappings, before and after dlopens of each kind
 *	race         a second thread stores to them while this one is in dlopen
 *	handler      functions of the loader in a signal handler
 *	longjmp      the same after leaving one by longjmp
 *	exit         exit in a handler
 *	dlseal       after dlseal
 *
 * Without a key, "race" counts how often the thread gets through. */

#define _GNU_SOURCE
#include "check.h"
#include "../records/walk.h"
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __x86_64__

/* try_read(p), try_write(p, value): 1, or 0 if it is a fault. */
int try_read(const void *);
int try_write(const void *, int);
extern char after_fault[];
__asm__(".text\n"
	"try_read: mov (%rdi),%eax ; mov $1,%eax ; ret\n"
	"try_write: mov %esi,(%rdi) ; mov $1,%eax ; ret\n"
	"after_fault: xor %eax,%eax ; ret\n");

#define SEGV_OF_KEY 4

/* By thread: the second one faults all the time. */
static __thread volatile int code;

/* Go on after the access: a longjmp would keep the rights of the handler. */
static void fault(int sig, siginfo_t *info, void *context)
{
	greg_t *pc = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	if ((void *)*pc != (void *)try_read
	    && (void *)*pc != (void *)try_write) {
		signal(sig, SIG_DFL);
		return;
	}
	code = info->si_code;
	*pc = (greg_t)after_fault;
}

static const struct r_debug *debug;

static int readable(void)
{
	code = 0;
	return try_read(debug);
}

static int writable(void)
{
	code = 0;
	return try_write(debug, 1);	/* as it is: r_version */
}

static void guarded(const char *when)
{
	check_ok(readable(), "%s: wanted the records readable", when);
	check_ok(!writable() && code == SEGV_OF_KEY, "%s: wanted a fault of "
		"the key at a store to the records, got %s%d", when,
		code ? "code " : "none ", code);
}

static void *open_lib(const char *name, int mode)
{
	void *h = dlopen(name, mode);
	check_ok(!!h, "dlopen(%s): wanted success, got %s", name,
		h ? "" : dlerror());
	return h;
}

static void fails(const char *name, int mode)
{
	void *h = dlopen(name, mode);
	check_ok(!h && dlerror(), "dlopen(%s): wanted a failure with a message",
		name);
}

static void numbered(int from, int to)
{
	char name[32];
	for (int i=from; i<=to; i++) {
		snprintf(name, sizeof name, "lib%d.so", i);
		open_lib(name, RTLD_NOW);
	}
}

/* Protection. */

static void refused(const void *record)
{
	char *p = (char *)((uintptr_t)record & -check_page_size());
	size_t n = check_page_size();
	int rw = PROT_READ|PROT_WRITE;
	check_err(mprotect(p, n, PROT_READ), EPERM, "mprotect");
	check_err(mprotect(p, n, rw), EPERM, "mprotect to what it is");
	check_err(syscall(SYS_pkey_mprotect, p, n, rw, 0), EPERM,
		"pkey_mprotect to key 0");
	check_err(madvise(p, n, MADV_DONTNEED), EPERM, "madvise: discard");
	check_ok(debug->r_version, "the records are gone");
}

static void protection(void)
{
	uintptr_t s, e;
	records_are("main", PROT_READ|PROT_WRITE, 1);
	guarded("main");
	refused(debug);
	check_all("main");
	void *h = open_lib("libfirst.so", RTLD_NOW);
	guarded("after a dlopen");
	check_ok(open_lib("libfirst.so", RTLD_NOW|RTLD_GLOBAL) == h,
		"libfirst.so: wanted the same handle");
	open_lib("libfirst.so", RTLD_NOW|RTLD_NOLOAD);
	fails("libgone.so", RTLD_NOW);
	fails("libgone.so", RTLD_NOLOAD);
	fails("libnosymbol.so", RTLD_NOW);
	fails("libneedscut.so", RTLD_NOW);
	open_lib("liblazy.so", RTLD_LAZY);
	check_set_pending("liblazy.so", 1);
	guarded("after failures");
	/* Too many for the first region. */
	numbered(1, 100);
	open_lib("libsecond.so", RTLD_NOW);
	const struct link_map *l = debug->r_map;
	while (l->l_next) l = l->l_next;
	check_ok(!check_mapping(debug, &s, &e)
		&& ((uintptr_t)l < s || (uintptr_t)l >= e),
		"wanted the last record in another region");
	check_ok(!try_write(l, 0),
		"wanted a fault at a store to the last record");
	records_are("after many", PROT_READ|PROT_WRITE, 1);
	refused(l);
	/* Attacks on every library of so many take minutes under an
	 * emulator. */
	check_maps("end");
}

/* Race. */

static volatile int stop;
static volatile unsigned long tries, wins, other;

static void *storing(void *arg)
{
	while (!stop) {
		if (writable()) wins++;
		else if (code != SEGV_OF_KEY) other++;
		tries++;
	}
	return arg;
}

/* Each of these has the records open, the failing ones too. */
static void race(int rounds)
{
	pthread_t th;
	check_ok(!pthread_create(&th, 0, storing, 0), "pthread_create");
	numbered(1, 50);
	for (int i=0; i<rounds; i++) {
		void *h = dlopen("libnosymbol.so", RTLD_NOW);
		if (h) check_ok(0, "dlopen(libnosymbol.so): wanted a failure");
	}
	numbered(51, 100);
	while (tries < 1000) sched_yield();
	stop = 1;
	pthread_join(th, 0);
	printf("stores: %lu, successful: %lu, other faults: %lu\n", tries, wins,
		other);
}

/* In a handler. */

static void *first, *main_lib;
static int result, denied, keyed;

static int count(struct dl_phdr_info *info, size_t size, void *data)
{
	if (info->dlpi_phdr && *info->dlpi_name) ++*(int *)data;
	return 0;
}

static int iterates(void)
{
	int n = 0;
	return !dl_iterate_phdr(count, &n) && n > 1;
}

static int finds_address(void)
{
	Dl_info info;
	return dladdr((void *)(uintptr_t)puts, &info) && info.dli_sname;
}

static int finds_symbol(void) { return !!dlsym(RTLD_DEFAULT, "puts"); }
static int finds_next(void) { return !!dlsym(RTLD_NEXT, "puts"); }
static int finds_in_handle(void) { return !!dlsym(first, "get_first"); }
static int finds_none(void) { return !dlsym(first, "nothing") && dlerror(); }
static int opens_itself(void) { return dlopen(0, RTLD_NOW) == main_lib; }

static int opens_loaded(void)
{
	return dlopen("libfirst.so", RTLD_NOW) == first;
}

static int opens_none(void)
{
	return !dlopen("libgone.so", RTLD_NOW) && dlerror();
}

static int opens_broken(void) { return !dlopen("libnosymbol.so", RTLD_NOW); }
static int closes(void) { return !dlclose(first); }

static int opens_new(void)
{
	void *h = dlopen("libsecond.so", RTLD_NOW);
	int *(*get)(void) = h ? (int *(*)(void))dlsym(h, "get_second") : 0;
	return get && *get() == 7;
}

static int has_info(void)
{
	struct link_map *l = 0;
	return !dlinfo(first, RTLD_DI_LINKMAP, &l) && l == first;
}

static void *in_thread(void *arg)
{
	int *(*get)(void) = (int *(*)(void))dlsym(first, "get_first");
	/* Its thread-local data is new. */
	return readable() && iterates() && get && !*get() ? arg : 0;
}

static int creates_thread(void)
{
	pthread_t th;
	void *r = 0;
	return !pthread_create(&th, 0, in_thread, first)
		&& !pthread_join(th, &r) && r == first;
}

static int status_of(pid_t pid)
{
	int status = -1;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR);
	return status;
}

static int forks(void)
{
	pid_t pid = fork();
	if (!pid) _exit(!finds_address() || !iterates());
	return !status_of(pid);
}

/* Its address is found without a call of the loader's functions. */
static int *(*get_first)(void);
static int has_thread_data(void) { return get_first() && *get_first() == 7; }

static const struct {
	const char *name;
	int (*f)(void);
} operations[] = {
	{ "thread-local data", has_thread_data },
	{ "dl_iterate_phdr", iterates },
	{ "dladdr", finds_address },
	{ "dlsym(RTLD_DEFAULT)", finds_symbol },
	{ "dlsym(RTLD_NEXT)", finds_next },
	{ "dlsym", finds_in_handle },
	{ "dlsym of nothing", finds_none },
	{ "dlopen(0)", opens_itself },
	{ "dlopen of a loaded library", opens_loaded },
	{ "dlopen of a missing one", opens_none },
	{ "dlopen of a broken one", opens_broken },
	{ "dlopen of a new one", opens_new },
	{ "dlclose", closes },
	{ "dlinfo", has_info },
	{ "pthread_create", creates_thread },
	{ "fork", forks },
};

static int (*volatile operation_now)(void);

static void handle(int sig)
{
	denied = !readable() && code == SEGV_OF_KEY;
	result = operation_now();
}

static void catch(void (*f)(int))
{
	struct sigaction sa = { .sa_handler = f };
	sigaction(SIGUSR1, &sa, 0);
}

static void open_first(void)
{
	main_lib = dlopen(0, RTLD_NOW);
	first = open_lib("libfirst.so", RTLD_NOW);
	get_first = first ? (int *(*)(void))dlsym(first, "get_first") : 0;
	check_ok(!!get_first, "dlsym(get_first)");
}

static void handler(void)
{
	open_first();
	catch(handle);
	for (size_t i=0; i<sizeof operations/sizeof *operations; i++) {
		const char *name = operations[i].name;
		operation_now = operations[i].f;
		raise(SIGUSR1);
		check_ok(denied == keyed, "%s: wanted the records %s in a "
			"handler before it", name,
			keyed ? "not readable" : "readable");
		check_ok(result, "%s: wanted it to work in a handler", name);
		if (keyed) guarded(name);
	}
}

static sigjmp_buf jb;

static void leave(int sig)
{
	siglongjmp(jb, sig);
}

static void from_handler(void)
{
	if (!sigsetjmp(jb, 1)) raise(SIGUSR1);
	check_ok(readable() != keyed, "after longjmp: wanted the records %s",
		keyed ? "not readable" : "readable");
}

static void longjmps(void)
{
	open_first();
	catch(leave);
	for (size_t i=0; i<sizeof operations/sizeof *operations; i++) {
		from_handler();
		check_ok(operations[i].f(), "%s: wanted it to work after "
			"longjmp", operations[i].name);
	}
	from_handler();
	open_lib("libjump.so", RTLD_NOW);
	if (keyed)
		guarded("after a constructor that left a handler by longjmp");
	/* At exit too. */
	from_handler();
}

static int exits(void)
{
	exit(check_done());
}

/* The thread that was there before dlseal can't write either. */
static void after_dlseal(void)
{
	int (*seal)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "dlseal");
	open_first();
	check_ok(seal && !seal(), "dlseal: wanted 0, got %s", dlerror());
	records_are("after dlseal", PROT_READ|PROT_WRITE, 1);
	guarded("after dlseal");
	fails("libsecond.so", RTLD_NOW);
	open_lib("libfirst.so", RTLD_NOW);
	guarded("after refusals");
	check_all("after dlseal");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct sigaction sa = { .sa_flags = SA_SIGINFO, .sa_sigaction = fault };
	const char *s = getenv("LD_SEAL");
	keyed = s && strstr(s, "pkey");
	sigaction(SIGSEGV, &sa, 0);
	if (keyed) check_set_key();
	debug = check_debug();
	if (!strcmp(what, "protection")) protection();
	if (!strcmp(what, "race")) race(argc > 2 ? atoi(argv[2]) : 100);
	if (!strcmp(what, "handler")) handler();
	if (!strcmp(what, "longjmp")) longjmps();
	if (!strcmp(what, "dlseal")) after_dlseal();
	if (!strcmp(what, "exit")) {
		open_first();
		catch(handle);
		operation_now = exits;
		raise(SIGUSR1);
	}
	return check_done();
}

#else

int main(void)
{
	check_skip("no protection keys on this architecture");
	return check_done();
}

#endif
