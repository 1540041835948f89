#define _GNU_SOURCE
#include "sealmap.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

char *proc_path(pid_t pid, const char *name)
{
	return format("/proc/%d/%s", (int)pid, name);
}

/* Read a whole file of /proc, where st_size is 0, and append a null byte.
 * Returns 0 with errno set on failure. */
static char *slurp(const char *path, size_t *len)
{
	char *buf = 0;
	size_t n = 0, room = 0;
	ssize_t r;
	int fd = open(path, O_RDONLY|O_CLOEXEC), error;
	if (fd < 0) return 0;
	do {
		if (room-n < 65536) {
			room = 2*room + 65536;
			buf = realloc(buf, room+1);
			if (!buf) die("out of memory");
		}
		r = read(fd, buf+n, room-n);
		if (r > 0) n += r;
	} while (r > 0 || (r < 0 && errno == EINTR));
	error = errno;
	close(fd);
	buf[n] = 0;
	if (len) *len = n;
	if (!r) return buf;
	free(buf);
	errno = error;
	return 0;
}

static char *read_proc(pid_t pid, const char *name, size_t *len)
{
	char *path = proc_path(pid, name);
	char *s = slurp(path, len);
	int error = errno;
	free(path);
	errno = error;
	return s;
}

char *proc_status(pid_t pid, const char *field)
{
	char *s = read_proc(pid, "status", 0), *p, *value = 0;
	size_t l = strlen(field);
	for (p=s; p && *p; p = strchr(p, '\n'), p = p ? p+1 : 0) {
		if (strncmp(p, field, l) || p[l] != ':') continue;
		p += l+1;
		p += strspn(p, " \t");
		value = format("%.*s", (int)strcspn(p, "\n"), p);
		break;
	}
	free(s);
	return value;
}

ssize_t proc_mem(pid_t pid, void *buf, size_t n, uint64_t addr)
{
	char *path = proc_path(pid, "mem");
	int fd = open(path, O_RDONLY|O_CLOEXEC);
	ssize_t r = -1;
	free(path);
	if (fd < 0) return -1;
	r = pread(fd, buf, n, addr);
	close(fd);
	return r;
}

uint64_t proc_auxv(pid_t pid, uint64_t type, int bits)
{
	size_t n = 0, w = bits/8;
	char *s = read_proc(pid, "auxv", &n);
	uint64_t value = 0;
	for (size_t i=0; s && i+2*w <= n; i += 2*w) {
		uint64_t v[2];
		uint32_t v32[2];
		if (w == 8) memcpy(v, s+i, sizeof v);
		else {
			memcpy(v32, s+i, sizeof v32);
			v[0] = v32[0];
			v[1] = v32[1];
		}
		if (v[0] != type) continue;
		value = v[1];
		break;
	}
	free(s);
	return value;
}

/* The reason why there are no mappings, in memory from malloc. */
static char *no_maps(pid_t pid, int error)
{
	char *dir = proc_path(pid, ""), *state = proc_status(pid, "State");
	int p = pid, gone = access(dir, F_OK), zombie = state && *state == 'Z';
	free(dir);
	free(state);
	if (access("/proc/self", F_OK))
		return format("/proc is not mounted, and there is no other way"
			" to see mappings");
	if (error == EACCES || error == EPERM)
		return format("no permission to look at process %d: it is"
			" another user's, or has privileges that sealmap has"
			" not; %s", p,
			geteuid() ? "try as root" : "CAP_SYS_PTRACE is needed");
	if (gone || error == ESRCH)
		return format("there is no process %d (any more)", p);
	if (zombie)
		return format("process %d has ended and only waits to be"
			" collected (zombie): it has no memory left", p);
	if (!error)
		return format("process %d has no memory of its own: it is the"
			" kernel's", p);
	return format("cannot read the mappings of process %d: %s", p,
		strerror(error));
}

/* Does this kernel show seals? Seal a page of our own and look for its flag.
 * The page stays sealed until exit, which is harmless. */
static const char *probe(void)
{
	static const char *said;
	static int asked;
	void *p;
	char *s;
	if (asked) return said;
	asked = 1;
	p = mmap(0, 1, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED
	    || syscall(NR_MSEAL, p, sysconf(_SC_PAGESIZE), 0)) {
		if (errno == ENOSYS)
			return said = "this kernel has no mseal(2), so nothing"
				" is sealed";
		return said = "mseal(2) is forbidden here, so it can't be tried"
			" whether seals show";
	}
	s = slurp("/proc/self/smaps", 0);
	if (!s || !strstr(s, "VmFlags:"))
		said = "this kernel does not show flags of mappings (no"
			" CONFIG_PROC_PAGE_MONITOR)";
	else if (!strstr(s, " sl"))
		said = "this kernel has mseal(2) but does not show it (no"
			" \"sl\" in /proc/PID/smaps)";
	free(s);
	return said;
}

static unsigned parse_prot(const char *p)
{
	return (p[0]=='r' ? R : 0) | (p[1]=='w' ? W : 0) | (p[2]=='x' ? X : 0);
}

/* Returns 1 if the line starts a mapping. */
static int map_line(struct space *sp, char *line)
{
	uint64_t start, end, offset, inode;
	char perm[5], dev[24];
	int at = 0;
	struct map *m;
	if (sscanf(line, "%"SCNx64"-%"SCNx64" %4s %"SCNx64" %23s %"SCNu64" %n",
	    &start, &end, perm, &offset, dev, &inode, &at) < 6 || !at)
		return 0;
	m = space_add(sp);
	m->start = start;
	m->end = end;
	m->offset = offset;
	m->inode = inode;
	strcpy(m->dev, dev);
	m->prot = parse_prot(perm);
	m->shared = perm[3] == 's';
	m->sealed = UNKNOWN;
	m->name = format("%s", line+at);
	return 1;
}

/* Parse a line after the first one of a mapping. */
static void detail_line(struct map *m, const char *line)
{
	uint64_t kb;
	int key;
	if (!strncmp(line, "VmFlags:", 8)) {
		const char *p = strstr(line+8, " sl");
		m->sealed = p && (!p[3] || p[3] == ' ') ? YES : NO;
		m->may_write = strstr(line+8, " mw") ? YES : NO;
	} else if (sscanf(line, "Anonymous: %"SCNu64" kB", &kb) == 1
	    && m->inode) {
		m->written = kb*1024;
	} else if (sscanf(line, "ProtectionKey: %d", &key) == 1) {
		m->key = key;
	}
}

/* The vsyscall page is in the kernel's half of the address space, where
 * programs can neither map nor unmap. */
static int ours(const struct map *m)
{
	return strcmp(m->name, "[vsyscall]");
}

static void parse(struct space *sp, char *s)
{
	char *nl;
	for (; *s; s = nl+1) {
		nl = strchr(s, '\n');
		if (!nl) nl = s+strlen(s);
		int last = !*nl;
		*nl = 0;
		if (!map_line(sp, s) && sp->n)
			detail_line(sp->maps + sp->n-1, s);
		if (last) break;
	}
	while (sp->n && !ours(sp->maps + sp->n-1)) sp->n--;
}

static void settle_seals(struct space *sp)
{
	int seen = 0, shown = 0;
	const char *why;
	for (size_t i=0; i<sp->n; i++) {
		shown |= sp->maps[i].sealed != UNKNOWN;
		seen |= sp->maps[i].sealed == YES;
	}
	if (seen || !(why = probe())) {
		if (shown) return;
		why = "the flags of its mappings could not be read";
	}
	sp->blind = why;
	if (strstr(why, "has no mseal(2)")) {
		static int warned;
		sp->blind = 0;
		if (!warned++) warn("%s", why);
		for (size_t i=0; i<sp->n; i++) sp->maps[i].sealed = NO;
	} else
		for (size_t i=0; i<sp->n; i++) sp->maps[i].sealed = UNKNOWN;
}

static void read_title(struct space *sp, pid_t tid)
{
	size_t n = 0;
	char *s = read_proc(tid, "cmdline", &n);
	while (s && n && !s[n-1]) n--;
	for (size_t i=0; s && i<n; i++) if (!s[i]) s[i] = ' ';
	if (!s || !n) {
		free(s);
		s = proc_status(tid, "Name");
	}
	sp->title = s ? s : format("process %d", (int)tid);
}

char *proc_try(struct space *sp, pid_t tid)
{
	struct utsname u;
	char *s;
	memset(sp, 0, sizeof *sp);
	sp->pid = tid;
	sp->page = sysconf(_SC_PAGESIZE);
	if (!uname(&u))
		snprintf(sp->kernel, sizeof sp->kernel, "%.20s %.50s",
			u.sysname, u.release);
	s = read_proc(tid, "smaps", 0);
	/* Without CONFIG_PROC_PAGE_MONITOR there is no smaps, only maps. */
	if (!s && errno == ENOENT) s = read_proc(tid, "maps", 0);
	if (!s) return no_maps(tid, errno);
	parse(sp, s);
	free(s);
	if (!sp->n) return no_maps(tid, 0);
	settle_seals(sp);
	read_title(sp, tid);
	return 0;
}

void proc_read(struct space *sp, pid_t tid)
{
	char *why = proc_try(sp, tid);
	if (why) die("%s", why);
}
