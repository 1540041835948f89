#define _GNU_SOURCE
#include "mapping.h"
#include "map.h"
#include "result.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct map maps[MAXMAPS];
size_t nmaps;

/* Read by lines through a small buffer: with 100 libraries smaps is half a
 * megabyte. */
size_t read_lines(const char *file, struct map *m, size_t max)
{
	char buf[4096];
	size_t len = 0, n = 0;
	ssize_t r = 1;
	int fd = open(file, O_RDONLY|O_CLOEXEC);
	if (fd < 0) {
		check_ok(0, "open %s: %s", file, strerror(errno));
		return 0;
	}
	while (r > 0 || len) {
		char *nl;
		if (len < sizeof buf-1 && r > 0) {
			r = read(fd, buf+len, sizeof buf-1-len);
			if (r > 0) len += r;
			if (!len) break;
		}
		buf[len] = 0;
		nl = strchr(buf, '\n');
		if (!nl && r > 0 && len < sizeof buf-1) continue;
		if (!nl) nl = buf+len-1;
		*nl = 0;

		uintptr_t s, e;
		char perm[5], dev[16];
		unsigned long long off, ino;
		int at = 0;
		if (!strncmp(buf, "VmFlags:", 8) && n) {
			struct map *p = m+n-1;
			snprintf(p->flags, sizeof p->flags, "%.90s", buf+8);
			p->sealed = !!strstr(p->flags, " sl");
		} else if (sscanf(buf, "%lx-%lx %4s %llx %15s %llu %n",
			&s, &e, perm, &off, dev, &ino, &at) >= 6 && at) {
			if (n == max) {
				check_ok(0, "more than %zu mappings", max);
				break;
			}
			struct map *p = m+n++;
			memset(p, 0, sizeof *p);
			p->s = s;
			p->e = e;
			p->prot = (perm[0]=='r' ? PROT_READ : 0)
				| (perm[1]=='w' ? PROT_WRITE : 0)
				| (perm[2]=='x' ? PROT_EXEC : 0);
			p->shared = perm[3]=='s';
			p->anon = !ino;
			snprintf(p->name, sizeof p->name, "%.150s", buf+at);
		}
		len -= nl+1-buf;
		memmove(buf, nl+1, len);
	}
	close(fd);
	return n;
}

size_t read_smaps(struct map *m, size_t max)
{
	return settings.probing ? read_probed(m, max)
		: read_lines("/proc/self/smaps", m, max);
}

const char *protstr(int prot, char *b)
{
	b[0] = prot&PROT_READ ? 'r' : '-';
	b[1] = prot&PROT_WRITE ? 'w' : '-';
	b[2] = prot&PROT_EXEC ? 'x' : '-';
	b[3] = 0;
	return b;
}

struct map *map_at(uintptr_t a)
{
	size_t i;
	for (i=0; i<nmaps; i++)
		if (a >= maps[i].s && a < maps[i].e) return maps+i;
	return 0;
}

/* Find the mapping of one page. Probing all others would be slow, so if seals
 * are emulated the mapping's borders are not known. */
static struct map *look_at(const void *p)
{
	uintptr_t a = (uintptr_t)p;
	struct map *m = 0;
	check_settings();
	if (settings.probing) {
		nmaps = read_lines("/proc/self/maps", maps, MAXMAPS);
		if ((m = map_at(a))) probe(m, a & -pagesz);
	}
	if (!m) {
		nmaps = read_smaps(maps, MAXMAPS);
		m = map_at(a);
	}
	return m;
}

int check_is_sealed(const void *p)
{
	struct map *m = look_at(p);
	return m ? m->sealed : -1;
}

int same_prot(int a, int b)
{
	return !((a ^ b) & settings.known_prot);
}

int is_frozen(const struct map *m)
{
	return m->shared && !strstr(m->flags, " mw")
		&& !strncmp(m->name, "/memfd:seal ", 12);
}

int check_prot(const void *p)
{
	struct map *m = look_at(p);
	return m ? m->prot : -1;
}

void check_want_prot(const void *p, int prot, const char *what)
{
	int got = check_prot(p);
	char b1[4], b2[4];
	check_ok(got >= 0 && same_prot(got, prot), "%s: wanted %s, got %s",
		what,
		protstr(prot, b1), got < 0 ? "no mapping" : protstr(got, b2));
}

int check_mapping(const void *p, uintptr_t *start, uintptr_t *end)
{
	check_settings();
	nmaps = read_smaps(maps, MAXMAPS);
	struct map *m = map_at((uintptr_t)p);
	if (!m) return -1;
	*start = m->s;
	*end = m->e;
	return 0;
}

void check_each_writable(void (*f)(uintptr_t, uintptr_t, const char *))
{
	check_settings();
	nmaps = read_smaps(maps, MAXMAPS);
	for (size_t i=0; i<nmaps; i++)
		if ((maps[i].prot & (PROT_READ|PROT_WRITE))
		    == (PROT_READ|PROT_WRITE))
			f(maps[i].s, maps[i].e, maps[i].name);
}

int check_named(const char *part)
{
	size_t i;
	int n = 0;
	check_settings();
	nmaps = read_smaps(maps, MAXMAPS);
	for (i=0; i<nmaps; i++) n += !!strstr(maps[i].name, part);
	return n;
}

static size_t sum(int only_sealed)
{
	size_t i, n = 0;
	check_settings();
	nmaps = read_smaps(maps, MAXMAPS);
	for (i=0; i<nmaps; i++)
		if (!only_sealed || maps[i].sealed) n += maps[i].e-maps[i].s;
	return n;
}

size_t check_mapped_bytes(void) { return sum(0); }
size_t check_sealed_bytes(void) { return sum(1); }


void check_dump(void)
{
	size_t i;
	char b[4];
	check_settings();
	nmaps = read_smaps(maps, MAXMAPS);
	for (i=0; i<nmaps; i++)
		dprintf(1, "map: %08lx-%08lx %s %s %s\n", maps[i].s, maps[i].e,
			protstr(maps[i].prot, b), maps[i].sealed ? "sl" : "--",
			maps[i].name[0] ? maps[i].name : "anonymous");
}
