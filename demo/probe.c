/* probe: a C module for lua that inspects its own process, and attacks it.
 *
 *	probe.kernel()        "sealing", or the reason why the kernel can't seal
 *	probe.objects()       the loaded objects, from dl_iterate_phdr()
 *	probe.attacks()       the names of the attacks, in display order
 *	probe.attack(name)    makes one attack in a child; returns "refused",
 *	                      "done" or "other", and a short description
 *
 * The attacker can already make the process do any call with any arguments, and
 * now wants to run code of his own. Each attack is made in a child of the real
 * program, with its real mappings. It counts as done only if its effect was
 * seen: the changed function was called, the restored pointer was read. A
 * system call that returns 0 and changes nothing is not enough.
 *
 * The last attacks are those that sealing is not made to prevent. They show its
 * limits. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/auxv.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "lua.h"
#include "lauxlib.h"

#ifndef SYS_mseal
#define SYS_mseal 462
#endif

/* A function that returns 1337, for the architectures of the demo. */
#if defined(__x86_64__) || defined(__i386__)
static const unsigned char code[] = { 0xb8, 0x39, 0x05, 0, 0, 0xc3 };
#elif defined(__aarch64__)
static const unsigned char code[] = { 0x20, 0xa7, 0x80, 0x52, 0xc0, 0x03, 0x5f,
	0xd6 };
#elif defined(__riscv)
static const unsigned char code[] = { 0x13, 0x05, 0x90, 0x53, 0x67, 0x80, 0,
	0 };
#else
#error "no machine code for this architecture yet: add a function that returns 1337"
#endif
#define ANSWER 1337

struct range {
	uintptr_t start, end;
};

static uintptr_t page;

static uintptr_t down(uintptr_t a) { return a & -page; }
static uintptr_t up(uintptr_t a) { return (a+page-1) & -page; }
static void *ptr(struct range r) { return (void *)r.start; }
static size_t len(struct range r) { return r.end - r.start; }

/* Finding things ---------------------------------------------------------- */

enum part { TEXT, RODATA, RELRO, DATA };

struct query {
	/* end of the object's path, or "" for the program */
	const char *name;
	enum part part;
	struct range found;
};

static int ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);
	return a>=b && !strcmp(s+a-b, end);
}

static int match(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct query *q = arg;
	const ElfW(Phdr) *ph = info->dlpi_phdr;
	uintptr_t relro = 0;

	/* The program comes first. */
	if (*q->name && !ends_with(info->dlpi_name, q->name)) return 0;
	for (int i=0; i<info->dlpi_phnum; i++)
		if (ph[i].p_type==PT_GNU_RELRO)
			relro = up(ph[i].p_vaddr+ph[i].p_memsz);
	for (int i=0; i<info->dlpi_phnum; i++) {
		uintptr_t s = down(ph[i].p_vaddr),
			e = up(ph[i].p_vaddr+ph[i].p_memsz);
		int w = ph[i].p_flags & PF_W, x = ph[i].p_flags & PF_X;
		if (q->part==RELRO) {
			/* Only whole pages are protected: the loader rounds the
			 * end down. */
			if (ph[i].p_type!=PT_GNU_RELRO) continue;
			e = down(ph[i].p_vaddr+ph[i].p_memsz);
		} else {
			if (ph[i].p_type!=PT_LOAD) continue;
			if (q->part==TEXT && !x) continue;
			if (q->part==RODATA && (w || x || !ph[i].p_vaddr))
				continue;
			if (q->part==DATA) {
				if (!w) continue;
				if (relro>s && relro<e) s = relro;
			}
		}
		if (s>=e) continue;
		q->found.start = info->dlpi_addr + s;
		q->found.end = info->dlpi_addr + e;
		return 1;
	}
	return 1;
}

static struct range find(const char *name, enum part part)
{
	struct query q = { name, part };
	dl_iterate_phdr(match, &q);
	return q.found;
}

static struct range vdso(void)
{
	struct range r = { getauxval(AT_SYSINFO_EHDR) };
	const ElfW(Ehdr) *eh = (void *)r.start;
	const ElfW(Phdr) *ph;
	if (!eh) return r;
	ph = (void *)(r.start + eh->e_phoff);
	for (int i=0; i<eh->e_phnum; i++, ph++)
		if (ph->p_type==PT_LOAD) r.end = up(r.start + ph->p_memsz);
	return r;
}

/* Attacks ----------------------------------------------------------------- */

/* The child's report to its parent, in shared memory because the child may
 * die. */
struct report {
	enum { ASKED = 1, ALLOWED, SHOWN, REFUSED, NOTHING } state;
	int error;
};
static struct report *report;

static lua_State *state;
static int (*volatile victim)(lua_State *) = lua_gettop;

static int allowed(int ok)
{
	report->error = errno;
	report->state = ok ? ALLOWED : REFUSED;
	return ok;
}

/* Report whether the effect was seen, and end the child. */
static void shown(int yes)
{
	if (yes) report->state = SHOWN;
	_exit(0);
}

/* Replace the library's function by the attacker's. */
static void plant(void *at)
{
	memcpy(at, code, sizeof code);
	__builtin___clear_cache(at, (char *)at + sizeof code);
}

static int hijacked(void)
{
	return victim(state) == ANSWER;
}

static struct range victims_page(void)
{
	uintptr_t a = down((uintptr_t)victim);
	return (struct range){ a, up((uintptr_t)victim + sizeof code) };
}

/* Is the page mapped? If not, msync fails with ENOMEM. */
static int mapped(struct range r)
{
	return !syscall(SYS_msync, r.start, page, MS_ASYNC);
}

static int need(struct range r)
{
	if (r.start) return 1;
	report->state = NOTHING;
	_exit(0);
}

static void unmap_text(void)
{
	struct range r = find("liblua.so", TEXT);
	need(r);
	if (allowed(!syscall(SYS_munmap, ptr(r), len(r)))) shown(!mapped(r));
}

static void replace_text(void)
{
	struct range r = victims_page();
	if (allowed(syscall(SYS_mmap, ptr(r), len(r),
	    PROT_READ|PROT_WRITE|PROT_EXEC,
	    MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) != -1)) {
		plant((void *)victim);
		shown(hijacked());
	}
}

static void patch_text(void)
{
	struct range r = victims_page();
	if (allowed(!syscall(SYS_mprotect, ptr(r), len(r),
	    PROT_READ|PROT_WRITE|PROT_EXEC))) {
		plant((void *)victim);
		shown(hijacked());
	}
}

static void patch_text_by_key(void)
{
	struct range r = victims_page();
	if (allowed(!syscall(SYS_pkey_mprotect, ptr(r), len(r),
	    PROT_READ|PROT_WRITE|PROT_EXEC, -1))) {
		plant((void *)victim);
		shown(hijacked());
	}
}

static void move_text(void)
{
	struct range r = find("liblua.so", TEXT);
	need(r);
	if (allowed(syscall(SYS_mremap, ptr(r), len(r), len(r)+page,
	    MREMAP_MAYMOVE) != -1))
		shown(!mapped(r));
}

/* Move prepared code over a page of the library. */
static void cover_text(void)
{
	struct range r = victims_page();
	char *mine = mmap(0, len(r), PROT_READ|PROT_WRITE|PROT_EXEC,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	plant(mine + ((uintptr_t)victim - r.start));
	if (allowed(syscall(SYS_mremap, mine, len(r), len(r),
	    MREMAP_MAYMOVE|MREMAP_FIXED, ptr(r)) != -1))
		shown(hijacked());
}

static void shm_over_text(void)
{
	struct range r = victims_page();
	int id = syscall(SYS_shmget, IPC_PRIVATE, len(r), 0700);
	char *mine;
	if (id<0) need((struct range){0});
	mine = shmat(id, 0, 0);
	if (mine != (void *)-1) plant(mine + ((uintptr_t)victim - r.start));
	allowed(syscall(SYS_shmat, id, ptr(r), SHM_REMAP|SHM_EXEC) != -1);
	shmctl(id, IPC_RMID, 0);
	if (report->state == ALLOWED) shown(hijacked());
}

static void run_from(struct range r)
{
	need(r);
	/* The library has nothing in the last bytes of the last page. */
	char *at = (char *)r.end - 64;
	r.start = r.end - page;
	plant(at);
	if (allowed(!syscall(SYS_mprotect, ptr(r), len(r),
	    PROT_READ|PROT_WRITE|PROT_EXEC)))
		shown(((int (*)(void))at)() == ANSWER);
}

static void run_data(void)
{
	run_from(find("liblua.so", DATA));
}

static void unprotect_relro(void)
{
	struct range r = find("liblua.so", RELRO);
	need(r);
	if (allowed(!syscall(SYS_mprotect, ptr(r), len(r),
	    PROT_READ|PROT_WRITE))) {
		*(volatile uintptr_t *)(r.end - sizeof(uintptr_t)) = ANSWER;
		shown(*(volatile uintptr_t *)(r.end - sizeof(uintptr_t))
			== ANSWER);
	}
}

static size_t differences(const char *a, const char *b, size_t n)
{
	size_t d = 0;
	for (size_t i=0; i<n; i++) d += a[i]!=b[i];
	return d;
}

/* Discarding the pages restores the file's contents: pointers without
 * relocation. */
static void discard_relro(void)
{
	struct range r = find("liblua.so", RELRO);
	char *before;
	need(r);
	before = mmap(0, len(r), PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	memcpy(before, ptr(r), len(r));
	if (allowed(!syscall(SYS_madvise, ptr(r), len(r), MADV_DONTNEED)))
		shown(differences(before, ptr(r), len(r)) > 0);
}

static void change_constants(void)
{
	struct range r = find("cjson.so", RODATA);
	volatile unsigned char *c;
	need(r);
	if (allowed(!syscall(SYS_mprotect, ptr(r), len(r),
	    PROT_READ|PROT_WRITE))) {
		c = ptr(r);
		*c ^= 1;
		shown(1);
	}
}

static void program_relro(void)
{
	struct range r = find("", RELRO);
	need(r);
	if (allowed(syscall(SYS_mmap, ptr(r), len(r), PROT_READ|PROT_WRITE,
	    MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) != -1)) {
		for (size_t i=0; i<len(r); i++)
			if (((char *)r.start)[i]) shown(0);
		shown(1);
	}
}

static struct range libc(enum part part)
{
	Dl_info info;
	if (!dladdr((void *)mmap, &info)) return (struct range){0};
	return find(info.dli_fname, part);
}

static void patch_libc(void)
{
	struct range r = libc(TEXT);
	int (*volatile f)(void) = (int (*)(void))getpagesize;
	need(r);
	r.start = down((uintptr_t)f);
	r.end = up((uintptr_t)f + sizeof code);
	if (allowed(!syscall(SYS_mprotect, ptr(r), len(r),
	    PROT_READ|PROT_WRITE|PROT_EXEC))) {
		plant((void *)f);
		shown(f() == ANSWER);
	}
}

static void unmap_libc(void)
{
	struct range r = libc(TEXT);
	need(r);
	/* If it succeeds it can't return, and the parent sees a signal. */
	allowed(!syscall(SYS_munmap, ptr(r), len(r)));
}

static void run_libc_data(void)
{
	run_from(libc(DATA));
}

static void unmap_vdso(void)
{
	struct range r = vdso();
	need(r);
	if (allowed(!syscall(SYS_munmap, ptr(r), len(r)))) shown(!mapped(r));
}

static void write_mem(void)
{
	int fd = open("/proc/self/mem", O_RDWR);
	if (fd<0) need((struct range){0});
	if (allowed(pwrite(fd, code, sizeof code, (uintptr_t)victim)
	    == sizeof code))
		shown(hijacked());
}

static void store(void)
{
	struct range r = find("liblua.so", DATA);
	need(r);
	*(volatile unsigned char *)(r.end-64) = 1;
	allowed(1);
	shown(1);
}

static void unmap_heap(void)
{
	/* A large block: small ones may lie in the unused end of a library's
	 * data, which is sealed. */
	char *big = malloc(1<<20);
	struct range r = { up((uintptr_t)big) };
	r.end = r.start + page;
	need((struct range){ (uintptr_t)big });
	if (allowed(!syscall(SYS_munmap, ptr(r), len(r)))) shown(!mapped(r));
}

static const struct attack {
	const char *name, *what, *effect;
	void (*run)(void);
	int outside;        /* sealing is not made to prevent it */
} attacks[] = {
	{ "munmap", "liblua.so code", "gone: calls crash", unmap_text },
	{ "mmap MAP_FIXED", "liblua.so code", "function replaced",
		replace_text },
	{ "mprotect +W", "liblua.so code", "function rewritten", patch_text },
	{ "pkey_mprotect +W", "liblua.so code", "function rewritten",
		patch_text_by_key },
	{ "mremap away", "liblua.so code", "gone: calls crash", move_text },
	{ "mremap onto", "liblua.so code", "function replaced", cover_text },
	{ "shmat SHM_REMAP", "liblua.so code", "function replaced",
		shm_over_text },
	{ "mprotect +X", "liblua.so data", "data ran as code", run_data },
	{ "mprotect +W", "liblua.so relro", "pointer overwritten",
		unprotect_relro },
	{ "madvise DONTNEED", "liblua.so relro", "relocation undone",
		discard_relro },
	{ "mprotect +W", "cjson.so constants", "constant changed",
		change_constants },
	{ "mmap MAP_FIXED", "lua's own relro", "pointers wiped",
		program_relro },
	{ "mprotect +W", "libc.so code", "function rewritten", patch_libc },
	{ "munmap", "libc.so code", "process died", unmap_libc },
	{ "mprotect +X", "libc.so data", "data ran as code", run_libc_data },
	{ "munmap", "vdso", "gone: clock crashes", unmap_vdso },
	{ "/proc/self/mem", "liblua.so code", "function rewritten", write_mem,
		1 },
	{ "a plain store", "liblua.so data", "data changed", store, 1 },
	{ "munmap", "memory of malloc", "gone: use crashes", unmap_heap, 1 },
};

static int l_attacks(lua_State *l)
{
	lua_newtable(l);
	for (size_t i=0; i < sizeof attacks/sizeof *attacks; i++) {
		lua_newtable(l);
		lua_pushstring(l, attacks[i].name);
		lua_setfield(l, -2, "name");
		lua_pushstring(l, attacks[i].what);
		lua_setfield(l, -2, "what");
		lua_pushboolean(l, attacks[i].outside);
		lua_setfield(l, -2, "outside");
		lua_rawseti(l, -2, i+1);
	}
	return 1;
}

static int l_attack(lua_State *l)
{
	lua_Integer n = luaL_checkinteger(l, 1) - 1;
	const struct attack *a = attacks + n;
	struct rlimit none = { 0, 0 };
	int status;
	pid_t pid;

	if (n<0 || n >= sizeof attacks/sizeof *attacks)
		return luaL_error(l, "no such attack");
	state = l;
	*report = (struct report){ ASKED };
	pid = fork();
	if (pid<0) return luaL_error(l, "fork: %s", strerror(errno));
	if (!pid) {
		setrlimit(RLIMIT_CORE, &none);
		a->run();
		_exit(0);
	}
	while (waitpid(pid, &status, 0)<0 && errno==EINTR);
	/* The code that made the call may be gone: that is an effect too. */
	if (WIFSIGNALED(status)
	    && (report->state==ASKED || report->state==ALLOWED))
		report->state = SHOWN;
	switch (report->state) {
	case SHOWN:
		lua_pushliteral(l, "done");
		lua_pushstring(l, a->effect);
		break;
	case REFUSED:
		lua_pushstring(l, report->error==EPERM ? "refused" : "other");
		lua_pushstring(l, report->error==EPERM ? "EPERM"
			: strerror(report->error));
		break;
	case NOTHING:
		lua_pushliteral(l, "other");
		lua_pushliteral(l, "nothing to attack");
		break;
	default:
		lua_pushliteral(l, "other");
		lua_pushliteral(l, "allowed, no effect seen");
	}
	return 2;
}

/* Looking ----------------------------------------------------------------- */

static int each(struct dl_phdr_info *info, size_t size, void *arg)
{
	lua_State *l = arg;
	const ElfW(Phdr) *ph = info->dlpi_phdr;

	lua_newtable(l);
	lua_pushstring(l, info->dlpi_name);
	lua_setfield(l, -2, "name");
	/* for a library, musl keeps it in its record */
	lua_pushinteger(l, (uintptr_t)info->dlpi_name);
	lua_setfield(l, -2, "record");
	lua_pushinteger(l, info->dlpi_addr);
	lua_setfield(l, -2, "base");
	for (int i=0, n=0; i<info->dlpi_phnum; i++) {
		if (ph[i].p_type!=PT_LOAD && ph[i].p_type!=PT_GNU_RELRO)
			continue;
		lua_newtable(l);
		lua_pushstring(l, ph[i].p_type==PT_LOAD ? "load" : "relro");
		lua_setfield(l, -2, "type");
		lua_pushinteger(l, info->dlpi_addr + down(ph[i].p_vaddr));
		lua_setfield(l, -2, "start");
		lua_pushinteger(l, info->dlpi_addr + (ph[i].p_type==PT_LOAD
			? up(ph[i].p_vaddr+ph[i].p_memsz)
			: down(ph[i].p_vaddr+ph[i].p_memsz)));
		lua_setfield(l, -2, "end");
		lua_pushboolean(l, ph[i].p_flags & PF_X);
		lua_setfield(l, -2, "x");
		lua_pushboolean(l, ph[i].p_flags & PF_W);
		lua_setfield(l, -2, "w");
		lua_rawseti(l, -2, ++n);
	}
	lua_rawseti(l, -2, luaL_len(l, -2) + 1);
	return 0;
}

static int l_objects(lua_State *l)
{
	lua_newtable(l);
	dl_iterate_phdr(each, l);
	return 1;
}

static int l_kernel(lua_State *l)
{
	/* If the kernel has mseal, sealing an empty range succeeds and does
	 * nothing. */
	int r = syscall(SYS_mseal, 0, 0, 0);
	lua_pushstring(l,
		!r ? "sealing" : errno==ENOSYS ? "no mseal" : strerror(errno));
	return 1;
}

int luaopen_probe(lua_State *l)
{
	static const luaL_Reg f[] = {
		{ "kernel", l_kernel },
		{ "objects", l_objects },
		{ "attacks", l_attacks },
		{ "attack", l_attack },
		{ 0, 0 },
	};
	page = sysconf(_SC_PAGESIZE);
	report = mmap(0, page, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS,
		-1, 0);
	if (report==MAP_FAILED)
		return luaL_error(l, "mmap: %s", strerror(errno));
	luaL_newlib(l, f);
	return 1;
}
