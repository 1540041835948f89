/* Random calls on a few pages, each compared with a model that says in a few lines what should
 * come of it: the result, and for each page whether it is mapped, its protection,
 * its seal and its contents.
 *
 * "random [SEED [CALLS]]" */
#include "t.h"

#define N 24

struct page { int mapped, prot, sealed; unsigned char val; };

static struct page model[N], found[N];
static char *base;

static unsigned long long state;

static unsigned rnd(unsigned n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % n;
}

/* What the kernel says about the pages */
static void look(void)
{
	char line[1024], prot[8];
	unsigned long a, b, lo = 0, hi = 0, first = (unsigned long)base, last = first + N*PAGE;
	int bits = 0;
	FILE *f = fopen("/proc/self/smaps", "r");

	memset(found, 0, sizeof found);
	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%lx-%lx %7s", &a, &b, prot) == 3) {
			lo = a > first ? a : first;
			hi = b < last ? b : last;
			bits = (prot[0] == 'r' ? PROT_READ : 0) | (prot[1] == 'w' ? PROT_WRITE : 0);
		} else if (!strncmp(line, "VmFlags:", 8)) {
			for (; lo < hi; lo += PAGE) {
				struct page *p = found + (lo - first) / PAGE;
				p->mapped = 1;
				p->prot = bits;
				p->sealed = !!strstr(line, " sl");
				p->val = *(volatile unsigned char *)lo;
			}
		}
	}
	if (f) fclose(f);
}

static int any_sealed(int a, int b, int readonly)
{
	for (; a < b; a++)
		if (model[a].sealed && !(readonly && model[a].prot & PROT_WRITE)) return 1;
	return 0;
}

static int any_hole(int a, int b)
{
	for (; a < b; a++)
		if (!model[a].mapped) return 1;
	return 0;
}

static int do_munmap(int a, int b)
{
	if (any_sealed(a, b, 0)) return EPERM;
	for (; a < b; a++) model[a] = (struct page){ 0 };
	return 0;
}

static int do_mmap(int a, int b, int prot)
{
	if (any_sealed(a, b, 0)) return EPERM;
	for (; a < b; a++) model[a] = (struct page){ .mapped = 1, .prot = prot };
	return 0;
}

static int do_mprotect(int a, int b, int prot)
{
	if (!model[a].mapped) return ENOMEM;
	if (any_sealed(a, b, 0)) return EPERM;
	for (; a < b; a++) {
		if (!model[a].mapped) return ENOMEM;
		model[a].prot = prot;
	}
	return 0;
}

static int do_discard(int a, int b)
{
	int hole = any_hole(a, b);

	if (any_sealed(a, b, 1)) return EPERM;
	for (; a < b; a++) model[a].val = 0;
	return hole ? ENOMEM : 0;
}

static int do_seal(int a, int b)
{
	if (any_hole(a, b)) return ENOMEM;
	for (; a < b; a++) model[a].sealed = 1;
	return 0;
}

static int do_move(int a, int b, int to)
{
	int n = b - a, err;

	if (!model[a].mapped) return EFAULT;
	if (any_sealed(a, b, 0)) return EPERM;
	err = do_munmap(to, to + n);
	if (err) return err;
	memcpy(model + to, model + a, n * sizeof *model);
	return do_munmap(a, b);
}

int main(int argc, char **argv)
{
	unsigned long seed = argc > 1 ? strtoul(argv[1], 0, 0) : 1, calls = argc > 2 ? strtoul(argv[2], 0, 0) : 500;
	int refused = 0, worked = 0;

	if (xmseal(0, 0, 0)) skip_all("this kernel has no mseal");
	state = seed;
	for (unsigned long i = 0; i < calls; i++) {
		/* a new start before all is sealed */
		if (i % 100 == 0) {
			base = island(N, PROT_READ|PROT_WRITE);
			for (int j = 0; j < N; j++) model[j] = (struct page){ 1, PROT_READ|PROT_WRITE, 0, 0 };
		}
		int a = rnd(N), b = a + 1 + rnd(N - a < 6 ? N - a : 6), to = rnd(N), prot = PROT_READ | (rnd(2) ? PROT_WRITE : 0);
		char *p = base + a*PAGE, what[100];
		size_t n = (b - a)*PAGE;
		int err, got;
		long ret;

		for (int j = 0; j < N; j++)
			if (model[j].mapped && model[j].prot & PROT_WRITE && rnd(2))
				base[j*PAGE] = model[j].val = rnd(256);
		switch (rnd(12)) {
		case 0:
			err = do_munmap(a, b), ret = munmap(p, n);
			snprintf(what, sizeof what, "munmap(%d-%d)", a, b);
			break;
		case 1: case 2: case 3:
			err = do_mmap(a, b, prot);
			ret = (long)mmap(p, n, prot, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0);
			snprintf(what, sizeof what, "mmap(%d-%d, %d)", a, b, prot);
			break;
		case 4: case 5: case 6:
			err = do_mprotect(a, b, prot), ret = mprotect(p, n, prot);
			snprintf(what, sizeof what, "mprotect(%d-%d, %d)", a, b, prot);
			break;
		case 7: case 8:
			err = do_discard(a, b), ret = madvise(p, n, MADV_DONTNEED);
			snprintf(what, sizeof what, "madvise(%d-%d, MADV_DONTNEED)", a, b);
			break;
		case 9: case 10:
			if (to + b - a > N || (to < b && a < to + b - a)) continue;
			/* whether more than one mapping can be moved depends on the kernel */
			if (model[a].mapped && !any_sealed(a, b, 0) && map_at(p).end < (unsigned long)p + n) continue;
			err = do_move(a, b, to);
			ret = (long)mremap(p, n, n, MREMAP_MAYMOVE|MREMAP_FIXED, base + to*PAGE);
			snprintf(what, sizeof what, "mremap(%d-%d, to %d)", a, b, to);
			break;
		default:
			if (rnd(2)) continue;
			err = do_seal(a, b), ret = xmseal(p, n, 0);
			snprintf(what, sizeof what, "mseal(%d-%d)", a, b);
		}
		got = ret == -1 ? errno : 0;
		refused += err == EPERM;
		worked += !err;
		if (got != err) {
			check(0, what, "seed %lu, call %lu: wanted %s, got %s", seed, i,
				err ? strerror(err) : "success", got ? strerror(got) : "success");
			return finish();
		}
		look();
		for (int j = 0; j < N; j++) {
			if (!memcmp(found + j, model + j, sizeof *model)) continue;
			check(0, what, "seed %lu, call %lu, page %d: wanted mapped %d, prot %d, sealed %d, contents %d; "
				"found %d, %d, %d, %d", seed, i, j,
				model[j].mapped, model[j].prot, model[j].sealed, model[j].val,
				found[j].mapped, found[j].prot, found[j].sealed, found[j].val);
			return finish();
		}
	}
	printf("seed %lu: %d calls worked, %d were refused\n", seed, worked, refused);
	check(worked > 100 && refused > 10, "each call did what the model says", "too few calls to tell");
	return finish();
}
