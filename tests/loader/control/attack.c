/* attack NAME: overwrites one pointer that leads to control, with a plain store
 * to memory of the process, and goes on as a program does: it exits, starts a
 * thread, opens a library. The status tells what became of it (attack.h); with
 * DRY in the environment nothing is stored, and every status has to be HELD. */

#define _GNU_SOURCE
#include "attack.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void (*evil_table[TABLE])(void);

static void say(const char *s)
{
	if (write(1, s, strlen(s)) < 0) _exit(99);
}

void evil(void)
{
	say("CONTROL\n");
	_exit(CONTROL);
}

static void *volatile target;

static void fault(int sig, siginfo_t *si, void *context)
{
	(void)sig;
	(void)context;
	if (si->si_addr == target && si->si_code == SEGV_ACCERR) {
		say("STOPPED\n");
		_exit(STOPPED);
	}
	say("CRASHED\n");
	_exit(CRASHED);
}

void put(uintptr_t at, uintptr_t value)
{
	if (!at) _exit(ABSENT);
	if (getenv("DRY")) return;
	target = (void *)at;
	*(volatile uintptr_t *)at = value;
	target = 0;
}

struct link_map *copy_record(const struct link_map *l)
{
	/* The pieces of memory that records are from are not known here. */
	size_t n = 0, *copy = calloc(1, RECORD);
	for (; n<RECORD/sizeof *copy; n++)
		if (read_word((uintptr_t)((size_t *)l+n), copy+n)) break;
	return (void *)copy;
}

const ElfW(Sym) *symbols_with(struct link_map *l, const char *name)
{
	char *syms = (char *)dynamic_address(l, DT_SYMTAB);
	const ElfW(Sym) *s = symbol_of(l, name);
	size_t len = dynamic(l, DT_STRTAB)-dynamic(l, DT_SYMTAB);
	char *copy = malloc(len);
	if (!s) _exit(ABSENT);
	memcpy(copy, syms, len);
	((ElfW(Sym) *)(copy+((char *)s-syms)))->st_value =
		(uintptr_t)evil-l->l_addr;
	return (void *)copy;
}

static void **in_record(struct link_map *l, uintptr_t is)
{
	size_t at = 0;
	return find_word(l, RECORD, is, &at);
}

void put_in_record(struct link_map *l, uintptr_t is, uintptr_t becomes)
{
	PUT(in_record(l, is), becomes);
}

struct link_map *record_with_function(struct link_map *l, const char *name)
{
	struct link_map *copy = copy_record(l);
	void **p = in_record(copy, dynamic_address(l, DT_SYMTAB));
	if (!p) _exit(ABSENT);
	*p = (void *)symbols_with(l, name);
	return copy;
}

/* Upstream looks into the dynamic section each time. Here the record has what
 * is in it. */
struct link_map *record_with_ctors(struct link_map *l)
{
	static const int tags[] = { DT_INIT_ARRAY, DT_FINI_ARRAY };
	struct link_map *copy = copy_record(l);
	ElfW(Dyn) *d = calloc(5, sizeof *d);
	copy->l_ld = d;
	for (int i=0; i<2; i++, d+=2) {
		uintptr_t table = (uintptr_t)evil_table-l->l_addr;
		void **p = in_record(copy, dynamic(l, tags[i]));
		d[0].d_tag = tags[i];
		d[0].d_un.d_val = table;
		d[1].d_tag = tags[i]-DT_INIT_ARRAY+DT_INIT_ARRAYSZ;
		d[1].d_un.d_val = sizeof *evil_table;
		if (p && dynamic(l, tags[i])) *p = (void *)table;
	}
	return copy;
}

/* Tables of functions that are linked by address. */

static void got_of_libc(void)
{
	FILE *f = fopen("/dev/null", "r");
	PUT(got_slot(record_of("ld-musl"), "free"), evil);
	fclose(f);
}

/* The first word of a table here, a variable in each of several files
 * upstream. */
static void vdso_function(void)
{
	struct timespec t;
	void *p = libc_variable("__vdso_funcs", 0, 0);
	clock_gettime(CLOCK_REALTIME, &t);
	if (p) PUT(p, evil);
	for (int n=0; (p = libc_variable("vdso_func", 0, n)); n++) PUT(p, evil);
	clock_gettime(CLOCK_REALTIME, &t);
}

int steady(void);
int others(void);

static void got_of_library(void)
{
	PUT(got_slot(record_of("libbase"), "getppid"), evil);
	steady();
}

static void got_of_program(void)
{
	PUT(got_slot(record_of(""), "getppid"), evil);
	getppid();
}

/* TLS: a thread's variables are copied from an image. */

static void nothing(void) {}
static __thread void (*volatile hook)(void) = nothing;

static void *thread(void *arg)
{
	hook();
	return arg;
}

static void start_thread(void)
{
	pthread_t th;
	if (!pthread_create(&th, 0, thread, 0)) pthread_join(th, 0);
}

static char *tls_image(size_t *len)
{
	struct link_map *l = record_of("");
	ElfW(Ehdr) *eh = (void *)l->l_addr;
	ElfW(Phdr) *ph = (void *)(l->l_addr+eh->e_phoff);
	for (int i=0; i<eh->e_phnum; i++) if (ph[i].p_type == PT_TLS) {
		*len = ph[i].p_filesz;
		return (char *)l->l_addr+ph[i].p_vaddr;
	}
	_exit(ABSENT);
}

static void *forged_image(void)
{
	size_t len, at = 0;
	char *image = tls_image(&len), *copy = malloc(len);
	memcpy(copy, image, len);
	void **p = find_word(copy, len, (uintptr_t)nothing, &at);
	if (!p) _exit(ABSENT);
	*p = (void *)evil;
	return copy;
}

static void tls_of_record(void)
{
	size_t len;
	put_in_record(record_of(""), (uintptr_t)tls_image(&len),
		(uintptr_t)forged_image());
	start_thread();
}

/* Upstream's list of images begins in struct __libc, behind auxv. */
static void tls_list(void)
{
	struct module {
		struct module *next;
		void *image;
		size_t n[4];
	} copy, **list;
	list = libc_variable("__tls_modules", 0, 0);
	if (!list) list = (void *)((char *)libc_variable("__libc", 0, 0)
		+2*sizeof *list);
	copy = **list;
	copy.image = forged_image();
	PUT(list, &copy);
	start_thread();
}

/* Constructors and destructors. */

static void fini_head(void)
{
	PUT(libc_variable("fini_head", 0, 0), record_with_ctors(record_of("")));
}

static void fini_of_record(void)
{
	struct link_map *l = record_of("");
	PUT(&l->l_addr, (uintptr_t)evil_table-dynamic(l, DT_FINI_ARRAY));
}

static void fini_in_dynamic(void)
{
	struct link_map *l = record_of("libnorelro");
	ElfW(Dyn) *d = l->l_ld;
	for (; d->d_tag && d->d_tag!=DT_FINI_ARRAY; d++);
	PUT(d->d_tag ? &d->d_un.d_val : 0, (uintptr_t)evil_table-l->l_addr);
}

static void fini_in_table(void)
{
	PUT(dynamic_address(record_of("libnorelro"), DT_FINI_ARRAY), evil);
}

static void fini_in_relro(void)
{
	PUT(dynamic_address(record_of("libbase"), DT_FINI_ARRAY), evil);
}

/* Done by the constructor of a library, while others are still due. */
static void in_the_constructor(void)
{
}

static void ctor_queue(void)
{
	struct link_map *l = record_of(""),
		***queue = libc_variable("main_ctor_queue", 0, 0);
	for (struct link_map **q=*queue; *q; q++)
		if (*q == l) PUT(q, record_with_ctors(l));
}

static void init_in_table(void)
{
	PUT(dynamic_address(record_of("libnorelro"), DT_INIT_ARRAY), evil);
}

static void prepare(void)
{
	struct sigaction sa = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO };
	sigaction(SIGSEGV, &sa, 0);
	for (int i=0; i<TABLE; i++) evil_table[i] = evil;
}

void in_constructor(void)
{
	const char *s = getenv("ATTACK");
	prepare();
	if (s && !strcmp(s, "ctor_queue")) ctor_queue();
	if (s && !strcmp(s, "init_in_table")) init_in_table();
}

/* How far constructors are: the program may write to it. Each word in turn, in
 * a child that then exits. To be denied its destructors is no control, and
 * neither is to wait for ever, for a constructor. */
static void ctor_state(void)
{
	size_t *words = libc_variable("first_public", 0, 0),
		n = 1024/sizeof *words;
	int *begun = libc_variable("last_begun", 0, 0);
	struct link_map *forged = record_with_ctors(record_of(""));
	pid_t pid = -1;
	int status, control = 0;
	if (!words || !begun) _exit(ABSENT);
	for (size_t i=0; i<=n; i++) {
		if ((pid = _Fork())) continue;
		alarm(1);
		if (i<n) PUT(words+i, forged);
		else if (!getenv("DRY")) *begun = (int)(uintptr_t)forged;
		exit(0);
	}
	while (wait(&status) > 0)
		control |= !WIFSIGNALED(status)
			&& WEXITSTATUS(status) == CONTROL;
	if (pid < 0) _exit(CRASHED);
	if (control) _exit(CONTROL);
}

static const struct attack here[] = {
	{ "got_of_libc", got_of_libc },
	{ "got_of_library", got_of_library },
	{ "got_of_program", got_of_program },
	{ "vdso_function", vdso_function },
	{ "tls_of_record", tls_of_record },
	{ "tls_list", tls_list },
	{ "fini_head", fini_head },
	{ "fini_of_record", fini_of_record },
	{ "fini_in_dynamic", fini_in_dynamic },
	{ "fini_in_table", fini_in_table },
	{ "fini_in_relro", fini_in_relro },
	{ "ctor_queue", in_the_constructor },
	{ "init_in_table", in_the_constructor },
	{ "ctor_state", ctor_state },
	{ 0, 0 }
};

static void attack(const struct attack *a, const char *name)
{
	for (; a->name; a++) if (!strcmp(name, a->name)) {
		a->f();
		exit(HELD);
	}
}

int main(void)
{
	const char *name = getenv("ATTACK");
	if (!name || others() || steady()) return 99;
	prepare();
	attack(here, name);
	attack(in_libc, name);
#ifdef DLOPEN
	attack(by_dlopen, name);
#endif
	return ABSENT;
}
