#define _GNU_SOURCE
#include "sealmap.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The programs and libraries below a directory, a line each. */

struct file {
	char *path, *interp;
	const char *sort, *machine, *relro;
	int marked, off, soft, textrel, wx, malformed, loader;
	struct amount at[SEAL_FULL+1];
	uint64_t exempt;
};

static struct files { struct file *p; size_t n, bad; } *list;

/* Is it linked? Anything else is passed over in silence. */
static int linked(const char *path)
{
	unsigned char b[18];
	int fd = open(path, O_RDONLY|O_CLOEXEC|O_NONBLOCK), type;
	ssize_t n = fd < 0 ? -1 : read(fd, b, sizeof b);
	if (fd >= 0) close(fd);
	if (n != sizeof b || memcmp(b, ELFMAG, SELFMAG)) return 0;
	type = b[EI_DATA] == ELFDATA2MSB ? b[17] : b[16];
	return type == ET_EXEC || type == ET_DYN;
}

static const char *relro(const struct object *o)
{
	if (o->relro.start >= o->relro.end) return "none";
	return o->now || (!o->interp && !o->needs) ? "full" : "partial";
}

static void add(const char *path, const struct space *sp)
{
	const struct object *o = sp->objects;
	struct file f = {
		.path = format("%s", path), .machine = object_machine(o),
		.interp = o->interp ? format("%s", o->interp) : 0,
		.sort = object_sort(o), .relro = relro(o), .marked = o->marked,
		.off = o->off, .soft = o->soft,
		.textrel = o->textrel, .malformed = o->bad_mutable,
		.loader = o->loader,
	};
	for (size_t i=0; i<o->exempt[SEAL_FULL].n; i++)
		f.exempt += o->exempt[SEAL_FULL].r[i].end
			- o->exempt[SEAL_FULL].r[i].start;
	for (size_t i=0; i<sp->n; i++)
		f.wx |= (sp->maps[i].prot & (W|X)) == (W|X);
	list->p = grow(list->p, list->n, sizeof f);
	list->p[list->n++] = f;
}

static int visit(const char *path, const struct stat *st, int type,
	struct FTW *where)
{
	struct space sp;
	char *why;
	(void)where;
	if (type == FTW_DNR) warn("%s: cannot read it", path);
	if (type != FTW_F || !S_ISREG(st->st_mode) || !linked(path)) return 0;
	if ((why = file_try(&sp, path, 0))) {
		warn("%s", why);
		free(why);
		list->bad++;
		return 0;
	}
	add(path, &sp);
	for (int level=SEAL_ON; level<=SEAL_FULL; level++) {
		struct amount a[SHARES];
		at_level(&sp, level);
		space_shares(&sp, a);
		list->p[list->n-1].at[level] = a[S_ALL];
	}
	space_free(&sp);
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path,
		((const struct file *)b)->path);
}

static const char *base(const char *s)
{
	const char *p = s ? strrchr(s, '/') : 0;
	return p ? p+1 : s ? s : "-";
}

static const char *short_sort(const char *s)
{
	return !strncmp(s, "position", 8) ? "PIE"
		: !strncmp(s, "object", 6) ? "bare object" : s;
}

static void show_notes(FILE *f, const struct file *p)
{
	if (p->off) fputs(" off", f);
	if (p->soft) fputs(" not-hard", f);
	if (p->exempt) fprintf(f, " exempts %s", size_text(p->exempt));
	if (p->malformed) fputs(" malformed-exemption", f);
	if (p->wx) fputs(" writable-code", f);
	if (p->textrel) fputs(" text-relocations", f);
}

static void show_lines(const struct out *out)
{
	size_t name = 4, l, marked = 0, exempt = 0, none = 0, wx = 0;
	FILE *f = out->f;
	for (size_t i=0; i<list->n; i++)
		if ((l = text_columns(list->p[i].path)) > name) name = l;
	if (out->width && name > (size_t)out->width/2) name = out->width/2;
	fprintf(f, "%s%-*s %-18s %-20s mark RELRO   %8s %8s notes%s\n",
		paint(out, "1"), (int)name, "file", "kind", "loader", "on",
		"full", paint(out, "0"));
	for (size_t i=0; i<list->n; i++) {
		const struct file *p = list->p+i;
		put_text(out, p->path, -(int)name);
		fprintf(f, " %-18s ", short_sort(p->sort));
		put_text(out, p->loader ? "(the loader)" : base(p->interp),
			-20);
		fprintf(f, " %s%-4s%s %s%-7s%s", paint(out, p->marked ? "32"
			: "2"), p->marked ? "yes" : "no", paint(out, "0"),
			paint(out, *p->relro == 'n' ? "31" : "32"), p->relro,
			paint(out, "0"));
		for (int level=SEAL_ON; level<=SEAL_FULL; level++)
			fprintf(f, " %6.1f %%", percent(p->at+level));
		show_notes(f, p);
		fputc('\n', f);
		marked += p->marked;
		exempt += p->exempt != 0;
		none += *p->relro == 'n';
		wx += p->wx;
	}
	fprintf(f, "\nOf %zu programs and libraries %zu are marked, %zu exempt"
		" memory, %zu have no RELRO, and %zu have code that can be"
		" written to.\n", list->n, marked, exempt, none, wx);
}

static void json(FILE *f, const char *key, const char *s)
{
	fprintf(f, "\"%s\": ", key);
	put_json(f, s);
	fputs(", ", f);
}

static const char *truth(int x)
{
	return x ? "true" : "false";
}

static void show_files_json(FILE *f)
{
	fprintf(f, "{\n  \"unreadable\": %zu,\n  \"files\": [", list->bad);
	for (size_t i=0; i<list->n; i++) {
		const struct file *p = list->p+i;
		fputs(i ? ",\n    {" : "\n    {", f);
		json(f, "path", p->path);
		json(f, "kind", p->sort);
		json(f, "machine", p->machine);
		json(f, "interpreter", p->interp);
		json(f, "relro", p->relro);
		fprintf(f, "\"marked\": %s, \"off\": %s, \"not_hard\": %s,"
			" \"loader\": %s,"
			" \"text_relocations\": %s, \"writable_code\": %s,"
			" \"malformed\": %s,\n      \"exempt_bytes\": %"PRIu64
			", \"bytes\": %"PRIu64, truth(p->marked),
			truth(p->off), truth(p->soft),
			truth(p->loader), truth(p->textrel), truth(p->wx),
			truth(p->malformed), p->exempt,
			p->at[SEAL_ON].bytes);
		for (int level=SEAL_ON; level<=SEAL_FULL; level++)
			fprintf(f, ", \"%s_bytes\": %"PRIu64,
				level_name(level), p->at[level].sealed);
		fputc('}', f);
	}
	fputs("\n  ]\n}\n", f);
}

size_t files_read(char *const *paths)
{
	list = grow(0, 0, sizeof *list);
	memset(list, 0, sizeof *list);
	for (; *paths; paths++) {
		if (access(*paths, F_OK) || nftw(*paths, visit, 64, FTW_PHYS))
			die("%s: %s", *paths, strerror(errno));
	}
	if (list->n) qsort(list->p, list->n, sizeof *list->p, by_path);
	return list->n;
}

void show_files(const struct out *out, int json)
{
	if (json) show_files_json(out->f);
	else show_lines(out);
}
