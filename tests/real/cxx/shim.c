/*
 * What Debian's libstdc++ objects want of a libc and musl has not.
 *
 * They were compiled against glibc. Nearly all that they use of it is the same in musl, down to
 * the sizes of types; the rest is here, hidden inside the libstdc++.so.6 and libgcc_s.so.1 that
 * the script beside this file links:
 *
 *  - ctype<char> reads the tables of glibc's locale_t. There is one locale, "C", with such tables.
 *  - Functions that take a locale, under glibc's names: they take that one.
 *  - Names of the time of 32-bit off_t, and a few others.
 *  - __cxa_thread_atexit_impl, which keeps the list of thread_local destructors.
 *  - _dl_find_object, by which the unwinder finds an object's table.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <link.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>
#include <sys/stat.h>

/* Locales ------------------------------------------------------------------------------------ */

struct glibc_locale {
	const void *data[13];
	const unsigned short *class;
	const int *lower, *upper;
	const char *names[13];
};

/* Indexed from -128, since a char may be negative. */
static unsigned short class[384];
static int lower[384], upper[384];

static struct glibc_locale c_locale = {
	{ 0 }, class+128, lower+128, upper+128,
	{ "C", "C", "C", "C", "C", "C", "C", "C", "C", "C", "C", "C", "C" },
};

/* Before libstdc++'s own constructors, which make the classic locale. */
__attribute__((constructor(101)))
static void fill_tables(void)
{
	for (int c=-128; c<256; c++) {
		int u = c & 255;
		class[c+128] = (isblank(u) ? 1 : 0) | (iscntrl(u) ? 2 : 0)
			| (ispunct(u) ? 4 : 0) | (isalnum(u) ? 8 : 0)
			| (isupper(u) ? 1<<8 : 0) | (islower(u) ? 1<<9 : 0)
			| (isalpha(u) ? 1<<10 : 0) | (isdigit(u) ? 1<<11 : 0)
			| (isxdigit(u) ? 1<<12 : 0) | (isspace(u) ? 1<<13 : 0)
			| (isprint(u) ? 1<<14 : 0) | (isgraph(u) ? 1<<15 : 0);
		lower[c+128] = c<0 ? c : tolower(c);
		upper[c+128] = c<0 ? c : toupper(c);
	}
}

locale_t __newlocale(int mask, const char *name, locale_t l)
{
	if (*name && strcmp(name, "C") && strcmp(name, "POSIX")) {
		errno = ENOENT;
		return 0;
	}
	return (locale_t)&c_locale;
}

locale_t __duplocale(locale_t l) { return l; }
locale_t __uselocale(locale_t l) { return (locale_t)&c_locale; }
void __freelocale(locale_t l) { }

char *__nl_langinfo_l(nl_item i, locale_t l) { return nl_langinfo(i); }
int __strcoll_l(const char *a, const char *b, locale_t l) { return strcmp(a, b); }
int __wcscoll_l(const wchar_t *a, const wchar_t *b, locale_t l) { return wcscmp(a, b); }
size_t __strxfrm_l(char *d, const char *s, size_t n, locale_t l) { return strxfrm(d, s, n); }
size_t __wcsxfrm_l(wchar_t *d, const wchar_t *s, size_t n, locale_t l) { return wcsxfrm(d, s, n); }
float __strtof_l(const char *s, char **end, locale_t l) { return strtof(s, end); }
double __strtod_l(const char *s, char **end, locale_t l) { return strtod(s, end); }
long double strtold_l(const char *s, char **end, locale_t l) { return strtold(s, end); }
wint_t __towlower_l(wint_t c, locale_t l) { return towlower(c); }
wint_t __towupper_l(wint_t c, locale_t l) { return towupper(c); }
wctype_t __wctype_l(const char *s, locale_t l) { return wctype(s); }
int __iswctype_l(wint_t c, wctype_t t, locale_t l) { return iswctype(c, t); }

size_t __strftime_l(char *d, size_t n, const char *f, const struct tm *t, locale_t l)
{
	return strftime(d, n, f, t);
}

size_t __wcsftime_l(wchar_t *d, size_t n, const wchar_t *f, const struct tm *t, locale_t l)
{
	return wcsftime(d, n, f, t);
}

/* Names -------------------------------------------------------------------------------------- */

FILE *fopen64(const char *name, const char *mode) { return fopen(name, mode); }
int fseeko64(FILE *f, off_t off, int whence) { return fseeko(f, off, whence); }
off_t ftello64(FILE *f) { return ftello(f); }
off_t lseek64(int fd, off_t off, int whence) { return lseek(fd, off, whence); }
int fstat64(int fd, struct stat *st) { return fstat(fd, st); }
int __pthread_key_create(pthread_key_t *k, void (*f)(void *)) { return pthread_key_create(k, f); }

char __libc_single_threaded;

unsigned arc4random(void)
{
	unsigned r = 0;
	getentropy(&r, sizeof r);
	return r;
}

/* Destructors of thread_local objects -------------------------------------------------------- */

struct destructor {
	void (*run)(void *);
	void *object;
	struct destructor *next;
};

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void run_all(void *p)
{
	struct destructor *d = p;
	while (d) {
		/* A destructor may add another. */
		pthread_setspecific(key, d->next);
		d->run(d->object);
		free(d);
		d = pthread_getspecific(key);
	}
}

static void run_main_threads(void)
{
	run_all(pthread_getspecific(key));
}

static void start(void)
{
	pthread_key_create(&key, run_all);
	atexit(run_main_threads);
}

int __cxa_thread_atexit_impl(void (*run)(void *), void *object, void *dso)
{
	struct destructor *d = malloc(sizeof *d);
	if (!d) return -1;
	pthread_once(&once, start);
	*d = (struct destructor){ run, object, pthread_getspecific(key) };
	return pthread_setspecific(key, d);
}

/* Unwinding ---------------------------------------------------------------------------------- */

/* glibc's struct dl_find_object */
struct found {
	unsigned long long flags;
	void *start, *end;
	struct link_map *map;
	void *eh_frame;
	unsigned long long reserved[7];
};

struct query {
	uintptr_t address;
	struct found *found;
};

static int look(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct query *q = arg;
	const ElfW(Phdr) *ph = info->dlpi_phdr, *table = 0, *in = 0;
	for (int i=0; i<info->dlpi_phnum; i++) {
		if (ph[i].p_type==PT_GNU_EH_FRAME) table = ph+i;
		if (ph[i].p_type==PT_LOAD && q->address-(info->dlpi_addr+ph[i].p_vaddr) < ph[i].p_memsz)
			in = ph+i;
	}
	if (!in || !table) return 0;
	*q->found = (struct found){
		.start = (void *)(info->dlpi_addr+in->p_vaddr),
		.end = (void *)(info->dlpi_addr+in->p_vaddr+in->p_memsz),
		.eh_frame = (void *)(info->dlpi_addr+table->p_vaddr),
	};
	return 1;
}

int _dl_find_object(void *address, struct found *found)
{
	struct query q = { (uintptr_t)address, found };
	return dl_iterate_phdr(look, &q) ? 0 : -1;
}
