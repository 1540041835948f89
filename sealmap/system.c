#define _GNU_SOURCE
#include "sealmap.h"
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Many processes, a line each. Their mappings are read one process after the
 * other, and only sums are kept. */

/* Memory of one object that is not sealed for one reason. */
struct rest {
	char *object;
	const char *why;
	unsigned kinds;
	uint64_t bytes;
};

struct process {
	pid_t pid;
	char *title, *name, *program;
	struct amount objects, exec;
	const char *by[4];	/* ends with 0 */
	struct rest *rest;
	size_t nrest;
	int checked;		/* found wanting */
};

static int named(pid_t pid, const char *program, char *const *patterns,
	char **name)
{
	const char *base = program ? strrchr(program, '/') : 0;
	int yes = !*patterns;
	*name = proc_status(pid, "Name");
	for (; *patterns && !yes; patterns++)
		yes = (*name && !fnmatch(*patterns, *name, 0))
			|| (base && !fnmatch(*patterns, base+1, 0))
			|| (program && !fnmatch(*patterns, program, 0));
	return yes;
}

static void add_by(struct process *p, const char *by)
{
	size_t i = 0;
	while (p->by[i] && strcmp(p->by[i], by)) i++;
	if (i+1 < sizeof p->by/sizeof *p->by) p->by[i] = by;
}

static void add_rest(struct process *p, const struct object *o,
	const struct map *m)
{
	struct rest *r = p->rest;
	size_t i;
	for (i=0; i<p->nrest; i++, r++)
		if (!strcmp(r->object, o->path) && !strcmp(r->why, m->why))
			break;
	if (i == p->nrest) {
		p->rest = grow(p->rest, p->nrest, sizeof *r);
		r = p->rest + p->nrest++;
		*r = (struct rest){ .object = format("%s", o->path),
			.why = m->why };
	}
	r->kinds |= 1u<<m->kind;
	r->bytes += m->end-m->start;
}

static void summarize(struct process *p, const struct space *sp)
{
	struct amount a[SHARES];
	space_shares(sp, a);
	p->exec = a[S_EXEC];
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		uint64_t n = m->end-m->start;
		if (m->object < 0) continue;
		p->objects.bytes += n;
		if (m->sealed == YES) {
			p->objects.sealed += n;
			add_by(p, m->by);
		} else {
			add_rest(p, sp->objects+m->object, m);
		}
	}
}

static const char *program(const struct space *sp)
{
	for (size_t i=0; i<sp->nobjects; i++)
		if (sp->objects[i].exe) return sp->objects[i].path;
	return 0;
}

/* Returns 0 if it is no process, not one of those that are asked for, or the
 * kernel's. */
static int look(struct system *sys, pid_t pid, char *const *patterns)
{
	struct space sp;
	struct process p = { .pid = pid };
	const char *path;
	char *why = proc_try(&sp, pid);
	if (why) {
		char *link = proc_path(pid, "mem");
		if (!access(link, F_OK) && strstr(why, "no permission"))
			sys->unreadable++;
		free(link);
		free(why);
		return 0;
	}
	space_classify(&sp);
	path = program(&sp);
	if (!named(pid, path, patterns, &p.name)) {
		free(p.name);
		space_free(&sp);
		return 0;
	}
	p.title = format("%s", sp.title);
	if (path) p.program = format("%s", path);
	summarize(&p, &sp);
	if (sp.blind) sys->blind = sp.blind;
	if (!*sys->kernel) memcpy(sys->kernel, sp.kernel, sizeof sp.kernel);
	if (sys->check) {
		struct check c = *sys->check;
		char *who = format("%d %s: ", (int)pid,
			p.name ? p.name : "?");
		c.who = who;
		if (sp.blind) die("cannot check: %s", sp.blind);
		if (!sp.nobjects) warn("%sno program was found", who);
		p.checked = !sp.nobjects || check_space(&c, &sp);
		sys->failed += p.checked;
		free(who);
	}
	space_free(&sp);
	sys->p = grow(sys->p, sys->n, sizeof p);
	sys->p[sys->n++] = p;
	return 1;
}

void system_read(struct system *sys, char *const *patterns)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	if (!d) die("/proc: %s", strerror(errno));
	while ((e = readdir(d))) {
		char *end;
		long pid = strtol(e->d_name, &end, 10);
		if (!*end && pid > 0 && pid != getpid())
			look(sys, pid, patterns);
	}
	closedir(d);
}

void system_add(struct system *sys, pid_t pid)
{
	char *const any[] = { 0 };
	struct space sp;
	char *why;
	if (look(sys, pid, any)) return;
	why = proc_try(&sp, pid);
	die("%s", why ? why : "it changes too fast");
}

/* Order */

static enum system_key { BY_PID, BY_NAME, BY_OBJECTS, BY_EXEC } key;
static int sign = 1;

int system_order(const char *s)
{
	static const char *const keys[] = { "pid", "name", "objects",
		"code" };
	sign = *s == '-' ? -1 : 1;
	if (*s == '-') s++;
	for (size_t i=0; i<sizeof keys/sizeof *keys; i++)
		if (!strcmp(s, keys[i])) {
			key = i;
			return 0;
		}
	return -1;
}

static int by_share(const struct amount *a, const struct amount *b)
{
	double x = a->bytes ? (double)a->sealed/a->bytes : 0;
	double y = b->bytes ? (double)b->sealed/b->bytes : 0;
	return x < y ? -1 : x > y;
}

static int compare(const void *va, const void *vb)
{
	const struct process *a = va, *b = vb;
	int c = 0;
	if (key == BY_NAME)
		c = strcmp(a->name ? a->name : "", b->name ? b->name : "");
	else if (key == BY_OBJECTS) c = by_share(&a->objects, &b->objects);
	else if (key == BY_EXEC) c = by_share(&a->exec, &b->exec);
	if (!c) c = a->pid < b->pid ? -1 : 1;
	return c*sign;
}

/* Output */

static const char *base(const char *path)
{
	const char *s = strrchr(path, '/');
	return s && s[1] ? s+1 : path;
}

/* The rests that have the reason of rest i, if it is the first of them: their
 * kinds, and the names of their objects. */
static char *rest_text(const struct process *p, size_t i)
{
	unsigned kinds = 0, objects = 0;
	char *names = format("%s", ""), *s;
	for (size_t k=0; k<p->nrest; k++) {
		const struct rest *r = p->rest+k;
		if (strcmp(r->why, p->rest[i].why)) continue;
		if (k < i) {
			free(names);
			return 0;
		}
		kinds |= r->kinds;
		if (objects++ >= 3) continue;
		s = format("%s%s%s", names, *names ? ", " : "",
			base(r->object));
		free(names);
		names = s;
	}
	if (objects > 3) {
		s = format("%s and %u more", names, objects-3);
		free(names);
		names = s;
	}
	s = format("%s of %s: %s", kinds_text(kinds, " "), names,
		p->rest[i].why);
	free(names);
	return s;
}

static char *not_sealed(const struct process *p)
{
	char *all = format("%s", ""), *one, *s;
	if (!p->objects.sealed && p->nrest) {
		free(all);
		return format("all: %s", p->rest->why);
	}
	for (size_t i=0; i<p->nrest; i++) {
		if (!(one = rest_text(p, i))) continue;
		s = format("%s%s%s", all, *all ? "; " : "", one);
		free(one);
		free(all);
		all = s;
	}
	return all;
}

static char *sealers(const struct process *p)
{
	char *s = format("%s", p->by[0] ? p->by[0] : "-"), *t;
	for (size_t i=1; p->by[0] && p->by[i]; i++) {
		t = format("%s, %s", s, p->by[i]);
		free(s);
		s = t;
	}
	return s;
}

static void put_share(const struct out *out, const struct system *sys,
	const struct amount *a)
{
	double x = percent(a);
	if (sys->blind || !a->bytes) fputs("        -", out->f);
	else fprintf(out->f, " %s%6.1f %%%s", paint(out, x == 100 ? "32"
		: x ? "33" : "31"), x, paint(out, "0"));
}

static void show_process(const struct out *out, const struct system *sys,
	const struct process *p, int name, int by)
{
	char *rest = not_sealed(p), *who = sealers(p);
	int room = out->width ? out->width-(8+2*9+1+name+1+by+1) : 0;
	fprintf(out->f, "%7d ", (int)p->pid);
	put_text(out, p->title, -name);
	put_share(out, sys, &p->objects);
	put_share(out, sys, &p->exec);
	fputc(' ', out->f);
	put_text(out, who, *rest ? -by : 0);
	if (*rest) fputc(' ', out->f);
	put_text(out, rest, room > 20 ? room : out->width ? 20 : 0);
	fputc('\n', out->f);
	free(rest);
	free(who);
}

static void show_sums(const struct out *out, const struct system *sys)
{
	size_t full = 0, part = 0;
	for (size_t i=0; i<sys->n; i++) {
		const struct process *p = sys->p+i;
		full += p->exec.bytes && p->exec.sealed == p->exec.bytes;
		part += p->exec.sealed && p->exec.sealed < p->exec.bytes;
	}
	if (sys->blind)
		fprintf(out->f, "\nIt can't be told what is sealed: %s.\n",
			sys->blind);
	else
		fprintf(out->f, "\nOf %zu processes all code is immutable in"
			" %zu, a part of it in %zu, and none in %zu.\n", sys->n,
			full, part, sys->n-full-part);
	if (sys->unreadable)
		fprintf(out->f, "%zu more can't be looked at: another user's,"
			" or with privileges that sealmap has not.\n",
			sys->unreadable);
}

static void show_lines(const struct out *out, const struct system *sys)
{
	size_t name = 7, by = 9, l;
	for (size_t i=0; i<sys->n; i++) {
		char *who = sealers(sys->p+i);
		if ((l = text_columns(sys->p[i].title)) > name) name = l;
		if ((l = text_columns(who)) > by) by = l;
		free(who);
	}
	if (name > 32) name = 32;
	fprintf(out->f, "%s    PID %-*s  objects     code %-*s not sealed%s\n",
		paint(out, "1"), (int)name, "process", (int)by, "sealed by",
		paint(out, "0"));
	for (size_t i=0; i<sys->n; i++)
		show_process(out, sys, sys->p+i, name, by);
	show_sums(out, sys);
}

static void json_text(FILE *f, const char *key, const char *s)
{
	fprintf(f, "\"%s\": ", key);
	put_json(f, s);
}

static void json_share(FILE *f, const struct system *sys, const char *key,
	const struct amount *a)
{
	fprintf(f, "\"%s\": {\"bytes\": %"PRIu64", \"sealed_bytes\": ", key,
		a->bytes);
	if (sys->blind) fputs("null}, ", f);
	else fprintf(f, "%"PRIu64"}, ", a->sealed);
}

static void json_kinds(FILE *f, unsigned kinds)
{
	int n = 0;
	fputs("\"kinds\": [", f);
	for (int k=0; k<=K_KERNEL; k++) {
		if (!(kinds & 1u<<k)) continue;
		if (n++) fputs(", ", f);
		put_json(f, kind_name(k));
	}
	fputs("], ", f);
}

static void json_process(FILE *f, const struct system *sys,
	const struct process *p)
{
	fprintf(f, "    {\"pid\": %d, ", (int)p->pid);
	json_text(f, "name", p->name);
	fputs(", ", f);
	json_text(f, "command", p->title);
	fputs(", ", f);
	json_text(f, "program", p->program);
	fputs(",\n      ", f);
	json_share(f, sys, "objects", &p->objects);
	json_share(f, sys, "executable", &p->exec);
	fputs("\"sealed_by\": [", f);
	for (size_t i=0; p->by[i]; i++) {
		if (i) fputs(", ", f);
		put_json(f, p->by[i]);
	}
	fputs("],\n      ", f);
	if (sys->check)
		fprintf(f, "\"passes\": %s, ", p->checked ? "false" : "true");
	fputs("\"not_sealed\": [", f);
	for (size_t i=0; i<p->nrest; i++) {
		const struct rest *r = p->rest+i;
		fputs(i ? ",\n        {" : "\n        {", f);
		json_text(f, "object", r->object);
		fputs(", ", f);
		json_kinds(f, r->kinds);
		fprintf(f, "\"bytes\": %"PRIu64", ", r->bytes);
		json_text(f, "why", r->why);
		fputc('}', f);
	}
	fputs("]}", f);
}

static void show_system_json(FILE *f, const struct system *sys)
{
	fputs("{\n  ", f);
	json_text(f, "kernel", *sys->kernel ? sys->kernel : 0);
	fputs(",\n  ", f);
	json_text(f, "unknown_because", sys->blind);
	fprintf(f, ",\n  \"unreadable\": %zu,\n  \"processes\": [",
		sys->unreadable);
	for (size_t i=0; i<sys->n; i++) {
		fputs(i ? ",\n" : "\n", f);
		json_process(f, sys, sys->p+i);
	}
	fputs("\n  ]\n}\n", f);
}

void show_system(const struct out *out, struct system *sys, int json)
{
	if (sys->n) qsort(sys->p, sys->n, sizeof *sys->p, compare);
	if (json) show_system_json(out->f, sys);
	else show_lines(out, sys);
}
