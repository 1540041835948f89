/* What a seal covers: whole pages, the asked ones and no others, of any kind
 * of mapping, once and for all. */
#include "suite.h"

#define N 8

/* Each row seals what SEAL draws, call by call, in a fresh row of N pages, and
 * must end in the state RESULT: S sealed, - not. "S" in a call is a page in
 * its range. KIND is what the pages are. */
struct row {
	const char *name, *calls[5], *result;
	enum { ONE, MIXED, FILES, SHARED, PROTS } kind;
};

static const struct row table[] = {
	{ "one page", { "S......." }, "S-------" },
	{ "the last page of a mapping", { ".......S" }, "-------S" },
	{ "a whole mapping", { "SSSSSSSS" }, "SSSSSSSS" },
	{ "the middle of a mapping", { "...SS..." }, "---SS---" },
	{ "the same again", { "..SSS...", "..SSS..." }, "--SSS---" },
	{ "a part of the same again", { "..SSS...", "...S...." }, "--SSS---" },
	{ "more than before", { "...S....", "..SSS..." }, "--SSS---" },
	{ "overlapping its start", { "...SSS..", ".SSS...." }, "-SSSSS--" },
	{ "overlapping its end", { ".SSS....", "...SSS.." }, "-SSSSS--" },
	{ "neighbours, upwards", { ".S......", "..S.....", "...S...." }, "-SSS----" },
	{ "neighbours, downwards", { "...S....", "..S.....", ".S......" }, "-SSS----" },
	{ "the gap between two", { ".SS.SS..", "...S...." }, "-SSSSS--" },
	{ "every other page", { "S.......", "..S.....", "....S...", "......S." }, "S-S-S-S-" },
	{ "every other page, then all", { "S.......", "..S.....", "....S...", "SSSSSSSS" }, "SSSSSSSS" },
	{ "across mappings", { "..SSSS.." }, "--SSSS--", MIXED },
	{ "all of many mappings", { "SSSSSSSS" }, "SSSSSSSS", MIXED },
	{ "one of many mappings", { "...S...." }, "---S----", MIXED },
	{ "private file pages", { "..SSS..." }, "--SSS---", FILES },
	{ "shared file pages", { "..SSS..." }, "--SSS---", SHARED },
	{ "pages of every protection", { ".SSSSSS." }, "-SSSSSS-", PROTS },
};

static const int prots[] = { PROT_READ|PROT_WRITE, PROT_READ, PROT_NONE };

static void row(const void *arg)
{
	const struct row *r = arg;
	int fd = fresh_file(N);
	char *p = fresh(N, PROT_READ|PROT_WRITE);
	struct seen want[N];
	for (int i=0; i<N; i++) {
		int shared = r->kind == SHARED || (r->kind == MIXED && i%3 == 1);
		int file = shared || r->kind == FILES || (r->kind == MIXED && i%3 == 2);
		if (file && mmap(p+i*page, page, PROT_READ|PROT_WRITE, MAP_FIXED
			| (shared ? MAP_SHARED : MAP_PRIVATE), fd, i*page) == MAP_FAILED)
			fail("mmap: %s", errno_text(errno));
		int prot = r->kind == PROTS ? prots[i%3] : PROT_READ|PROT_WRITE;
		if (mprotect(p+i*page, page, prot))
			fail("mprotect: %s", errno_text(errno));
		want[i] = (struct seen){ 1, !!(prot & PROT_READ), !!(prot & PROT_WRITE),
			r->result[i] == 'S', !(prot & PROT_READ) ? 0 : file ? 'A'+i : 'a'+i };
	}
	for (int c=0; c<5 && r->calls[c]; c++) {
		const char *s = strchr(r->calls[c], 'S');
		/* A range is drawn without gaps; the one row that has one is
		 * two calls. */
		while (s) {
			size_t n = strspn(s, "S");
			want_errno("mseal", mseal(p+(s-r->calls[c])*page, n*page, 0), 0);
			s = strchr(s+n, 'S');
		}
	}
	char what[20];
	for (int i=0; i<N; i++) {
		snprintf(what, sizeof what, "page %d", i);
		want_page(what, p+i*page, want[i]);
	}
	/* What is not sealed is as mutable as ever, what is sealed is not. */
	for (int i=0; i<N; i++) {
		snprintf(what, sizeof what, "munmap page %d", i);
		want_errno(what, munmap(p+i*page, page), want[i].sealed ? EPERM : 0);
	}
}

static void rounding(const void *arg)
{
	size_t lens[] = { 1, page-1, page, page+1, 2*page-1, 2*page, 2*page+1 };
	for (size_t i=0; i<COUNT(lens); i++) {
		char *p = fresh(4, PROT_READ|PROT_WRITE), what[60];
		size_t n = (lens[i]+page-1)/page;
		want_errno("mseal", mseal(p, lens[i], 0), 0);
		for (size_t k=0; k<4; k++) {
			snprintf(what, sizeof what, "length %zu, page %zu", lens[i], k);
			want_page(what, p+k*page, (struct seen){ 1, 1, 1, k<n, 'a'+k });
		}
	}
}

/* A new mapping next to a sealed one, of the same kind, does not become part
 * of it, nor does one that was there. */
static void newcomer(const void *arg)
{
	char *p = fresh(5, PROT_READ|PROT_WRITE);
	munmap(p, 2*page);
	munmap(p+3*page, 2*page);
	want_errno("mseal", mseal(p+2*page, page, 0), 0);
	for (int i=0; i<5; i++) if (i != 2) {
		if (mmap(p+i*page, page, PROT_READ|PROT_WRITE,
			MAP_PRIVATE|MAP_ANON|MAP_FIXED, -1, 0) == MAP_FAILED)
			fail("mmap beside a sealed page: wanted success, got %s",
				errno_text(errno));
		p[i*page] = 'n';
	}
	for (int i=0; i<5; i++)
		want_page("page", p+i*page, (struct seen){ 1, 1, 1, i==2, i==2 ? 'c' : 'n' });
	want_errno("munmap before", munmap(p, 2*page), 0);
	want_errno("munmap behind", munmap(p+3*page, 2*page), 0);
	want_page("the sealed page", p+2*page, (struct seen){ 1, 1, 1, 1, 'c' });
}

/* An address that was unmapped and mapped anew is not sealed because a
 * neighbour is or an earlier request failed there. */
static void after_failure(const void *arg)
{
	char *p = fresh(3, PROT_READ|PROT_WRITE);
	munmap(p+page, page);
	want_errno("mseal across a hole", mseal(p, 3*page, 0), ENOMEM);
	if (mmap(p+page, page, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANON|MAP_FIXED, -1, 0) == MAP_FAILED)
		fail("mmap into the hole: %s", errno_text(errno));
	want_page("the filled hole", p+page, (struct seen){ 1, 1, 1, 0, 0 });
	want_errno("mseal once more", mseal(p, 3*page, 0), 0);
	want_errno("munmap", munmap(p, 3*page), EPERM);
}

/* Nothing is silently full. */
static void many(const void *arg)
{
	enum { M = 2048 };
	char *p = fresh(2*M, PROT_READ), what[40];
	for (size_t i=0; i<M; i++) {
		snprintf(what, sizeof what, "mseal no. %zu", i);
		want_errno(what, mseal(p+2*i*page, page, 0), 0);
	}
	for (size_t i=0; i<2*M; i++) {
		snprintf(what, sizeof what, "mprotect page %zu", i);
		want_errno(what, mprotect(p+i*page, page, PROT_READ|PROT_WRITE),
			i%2 ? 0 : EPERM);
	}
	want_errno("munmap all", munmap(p, 2*M*page), EPERM);
}

/* Where /proc shows seals, it shows these. */
static void smaps(const void *arg)
{
	char *p = fresh(3, PROT_READ|PROT_WRITE), line[512];
	want_errno("mseal", mseal(p+page, page, 0), 0);
	FILE *f = fopen("/proc/self/smaps", "r");
	if (!f) skip("no /proc/self/smaps: %s", strerror(errno));
	unsigned long long a = 0, b = 0;
	int sealed[3] = { 0 }, any = 0;
	while (fgets(line, sizeof line, f)) {
		unsigned long long from, to;
		if (sscanf(line, "%llx-%llx ", &from, &to) == 2) a = from, b = to;
		if (strncmp(line, "VmFlags:", 8)) continue;
		any = 1;
		for (int i=0; i<3; i++)
			if (a <= (uintptr_t)p+i*page && (uintptr_t)p+i*page < b)
				sealed[i] = !!strstr(line, " sl");
	}
	fclose(f);
	if (!any) skip("/proc/self/smaps has no VmFlags");
	if (!sealed[0] && !sealed[1] && !sealed[2])
		skip("the kernel shows no seals: it is not the kernel that keeps"
			" them, or it does not tell");
	if (sealed[0] || sealed[2]) fail("wanted page 1 alone sealed in smaps,"
		" got %d %d %d", sealed[0], sealed[1], sealed[2]);
}

void sealing(void)
{
	char name[120];
	for (size_t i=0; i<COUNT(table); i++) {
		snprintf(name, sizeof name, "sealing: %s", table[i].name);
		run_case(name, row, table+i);
	}
	run_case("sealing: the length is rounded up to a page", rounding, 0);
	run_case("sealing: a new neighbour is not sealed", newcomer, 0);
	run_case("sealing: a refused request leaves nothing behind", after_failure, 0);
	run_case("sealing: 2048 separate ranges", many, 0);
	run_case("sealing: shown in smaps", smaps, 0);
}
