#define _GNU_SOURCE
#include "map.h"
#include "result.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where seals are emulated the kernel does not know them, and QEMU shows a
 * mapping of the host as one, with the protection of its first page. So test
 * each page: write() to a pipe succeeds if it can be read, and reading the byte
 * back succeeds if it can be written. mremap to the same place and size does
 * nothing, but is refused if the page is sealed. Execution is not tested and
 * stays as in maps. */
static int probe_pipe[2] = { -1, -1 };

void probe(struct map *m, uintptr_t a)
{
	char c;
	if (probe_pipe[0] < 0 && pipe2(probe_pipe, O_CLOEXEC)) _exit(99);
	m->prot &= PROT_EXEC;
	/* The byte must not lie in the stack frames from here down: write()
	 * changes some of them, and reading back an old byte would undo
	 * that. */
	char *byte = (char *)a
		+ ((uintptr_t)&c - a + 1024 < 2048 ? pagesz/2 : 0);
	if (write(probe_pipe[1], byte, 1) == 1) {
		m->prot |= PROT_READ;
		if (read(probe_pipe[0], byte, 1) == 1) m->prot |= PROT_WRITE;
		else if (read(probe_pipe[0], &c, 1) != 1) _exit(99);
	}
	m->sealed = syscall(SYS_mremap, a, pagesz, pagesz, 0, 0L) == -1
		&& errno == EPERM;
}

/* Split a line of maps into as many mappings as differ. */
static size_t probe_line(const struct map *line, struct map *m, size_t max)
{
	size_t n = 0;
	uintptr_t a;
	for (a=line->s & -pagesz; a<line->e; a+=pagesz) {
		struct map x = *line;
		x.s = a;
		x.e = a+pagesz;
		probe(&x, a);
		if (n && m[n-1].prot==x.prot && m[n-1].sealed==x.sealed) {
			m[n-1].e = x.e;
		} else if (n == max) {
			check_ok(0, "more than %zu mappings", max);
			break;
		} else {
			m[n++] = x;
		}
	}
	return n;
}

/* The range to probe. An attack sets it to its target, to save time. */
uintptr_t probe_from, probe_to = -1;

/* If QEMU's pages are larger than the host's, maps lacks each mapping of the
 * host that does not cover whole pages of the program: see emulate_table.c of
 * tests/emulation. Look for them in holes between two others, but not in the
 * large ones. */
static size_t probe_unlisted(uintptr_t a, uintptr_t end, struct map *m,
	size_t max)
{
	struct map x = { .anon = 1 };
	unsigned char resident;
	size_t n = 0;
	if (pagesz <= 4096 || end-a > 1<<28) return 0;
	while (a < end) {
		for (x.s=a; a<end && !syscall(SYS_mincore, a, 1L, &resident);
		    a+=pagesz);
		x.e = a;
		n += probe_line(&x, m+n, max-n);
		a += pagesz;
	}
	return n;
}

size_t read_probed(struct map *m, size_t max)
{
	static struct map line[MAXMAPS];
	size_t lines, i, n = 0;
	lines = read_lines("/proc/self/maps", line, MAXMAPS);
	for (i=0; i<lines; i++) {
		if (line[i].e <= probe_from || line[i].s >= probe_to) continue;
		/* The first page of a line may belong to the line before. */
		if (n && (line[i].s & -pagesz) < m[n-1].e) line[i].s = m[n-1].e;
		else if (n)
			n += probe_unlisted(m[n-1].e, line[i].s & -pagesz, m+n,
				max-n);
		n += probe_line(line+i, m+n, max-n);
	}
	return n;
}

