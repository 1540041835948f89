#define _GNU_SOURCE
#include "sealmap.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct options opt = { .level = SEAL_ON };

static void say(const char *fmt, va_list ap)
{
	fflush(stdout);
	fputs("sealmap: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

_Noreturn void die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit(EXIT_UNKNOWN);
}

void warn(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

static const char usage_text[] =
"usage: sealmap [options] PID             a process that runs\n"
"       sealmap [options] -- PROG [ARG...] run PROG; what it was when it ended\n"
"       sealmap [options] FILE            what the loader would seal of a file\n"
"\n"
"What to show (default: --table):\n"
"  -t, --table          each mapping: whose, what, sealed by whom or why not\n"
"  -p, --picture        the address space at a glance\n"
"  -j, --json           all of it, for programs\n"
"  -s, --svg=FILE       a picture to put on a slide\n"
"  -a, --attack         try to change each mapping in a copy of the process\n"
"\n"
"  -c, --check          status 1 if something is not sealed that should be,\n"
"                       or if a signal killed PROG\n"
"  -l, --level=LEVEL    what should be: on (default) or full\n"
"  -x, --allow=GLOB     but not of objects with such a name; may be repeated\n"
"\n"
"  -o, --output=FILE    write there instead of to standard output\n"
"      --page-size=N    for files of other machines, in bytes\n"
"      --color=WHEN     auto (default), always, never\n"
"      --ascii          no character beyond ASCII\n"
"  -h, --help\n"
"  -V, --version\n"
"\n"
"status: 0 fine; 1 --check or --attack found something; 2 bad usage;\n"
"        3 it can't be told (no such process, no permission, ...)\n";

static _Noreturn void usage(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	fputs("try: sealmap --help\n", stderr);
	exit(EXIT_USAGE);
}

static void set_level(const char *s)
{
	if (!strcmp(s, "on")) opt.level = SEAL_ON;
	else if (!strcmp(s, "full")) opt.level = SEAL_FULL;
	else usage("unknown level \"%s\": on or full", s);
}

static void set_page(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 0);
	if (*end || n < 4096 || n > 1<<20 || n & (n-1))
		usage("\"%s\" is no page size", s);
	opt.page = n;
}

static int colour = -1;

static void set_colour(const char *s)
{
	if (!s || !strcmp(s, "always")) colour = 1;
	else if (!strcmp(s, "never")) colour = 0;
	else if (!strcmp(s, "auto")) colour = -1;
	else usage("unknown --color=%s: auto, always or never", s);
}

enum { O_ASCII = 256, O_COLOUR, O_PAGE };

static const struct option options[] = {
	{ "table", 0, 0, 't' }, { "picture", 0, 0, 'p' }, { "json", 0, 0, 'j' },
	{ "svg", 1, 0, 's' }, { "attack", 0, 0, 'a' }, { "check", 0, 0, 'c' },
	{ "level", 1, 0, 'l' }, { "allow", 1, 0, 'x' }, { "output", 1, 0, 'o' },
	{ "ascii", 0, 0, O_ASCII }, { "color", 2, 0, O_COLOUR },
	{ "page-size", 1, 0, O_PAGE },
	{ "help", 0, 0, 'h' }, { "version", 0, 0, 'V' }, { 0 },
};

static void allow(const char *glob)
{
	opt.allow = grow(opt.allow, opt.nallow, sizeof *opt.allow);
	opt.allow[opt.nallow++] = glob;
}

static void parse_options(int argc, char **argv)
{
	int c;
	while ((c = getopt_long(argc, argv, "tpjs:acl:x:o:hV", options, 0))
	    != -1) switch (c) {
	case 't': opt.table = 1; break;
	case 'p': opt.picture = 1; break;
	case 'j': opt.json = 1; break;
	case 's': opt.svg = optarg; break;
	case 'a': opt.attack = 1; break;
	case 'c': opt.check = 1; break;
	case 'l': set_level(optarg); break;
	case 'x': allow(optarg); break;
	case 'o': opt.output = optarg; break;
	case O_ASCII: opt.utf8 = -1; break;
	case O_COLOUR: set_colour(optarg); break;
	case O_PAGE: set_page(optarg); break;
	case 'h': fputs(usage_text, stdout); exit(EXIT_FINE);
	case 'V': puts("sealmap 1.0"); exit(EXIT_FINE);
	default: fputs("try: sealmap --help\n", stderr); exit(EXIT_USAGE);
	}
	if (opt.json && (opt.table || opt.picture))
		usage("--json is shown alone");
	if (!opt.table && !opt.picture && !opt.json && !opt.svg && !opt.attack
	    && !opt.check)
		opt.table = 1;
}

static void look_at_terminal(void)
{
	struct winsize w;
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	int tty = !opt.output && isatty(1);
	if (opt.utf8 >= 0) opt.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	else opt.utf8 = 0;
	opt.colour = colour >= 0 ? colour
		: tty && !(no && *no) && term && strcmp(term, "dumb");
	if (tty && !ioctl(1, TIOCGWINSZ, &w)) opt.width = w.ws_col;
}

static FILE *output(const char *path)
{
	FILE *f = fopen(path, "we");
	if (!f) die("%s: %s", path, strerror(errno));
	return f;
}

static void finish(FILE *f, const char *path)
{
	int bad = ferror(f);
	if (fflush(f) || bad || (f != stdout && fclose(f)))
		die("%s: %s", path, strerror(errno));
}

/* Print each violation of the policy on standard error. A program that writes
 * to sealed read-only pages is killed by that, so a signal counts as well. */
static int check(const struct space *sp)
{
	size_t n = 0, passed = 0;
	const char *level = opt.level == SEAL_FULL ? "full" : "on";
	if (sp->blind) die("cannot check: %s", sp->blind);
	if (!sp->nobjects)
		die("cannot check: no program was found among the mappings of"
			" process %d", (int)sp->pid);
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		if (m->object >= 0 && (m->prot & (W|X)) == (W|X)
		    && !allowed(sp, m)) {
			n++;
			warn("writable and executable: %llx-%llx of %s",
				(unsigned long long)m->start,
				(unsigned long long)m->end, object_name(sp, m));
			continue;
		}
		if (!missing(sp, m, opt.level)) continue;
		if (allowed(sp, m)) passed++;
		else {
			n++;
			warn("not sealed: %llx-%llx %s %s of %s",
				(unsigned long long)m->start,
				(unsigned long long)m->end,
				prot_text(m->prot), kind_name(m->kind),
				object_name(sp, m));
		}
	}
	if (sp->killed) warn("%s: %s", sp->title, sp->ended);
	if (n)
		warn("%zu mappings are not as level \"%s\" would have them", n,
			level);
	else if (passed)
		warn("all is sealed that level \"%s\" names, but %zu mappings"
			" that --allow passes over", level, passed);
	return n || sp->killed ? EXIT_UNSEALED : EXIT_FINE;
}

static void show_space(FILE *f, struct space *sp)
{
	if (!sp->pid && opt.picture && !opt.table) {
		put_text(f, sp->title, 0);
		fprintf(f, ", as level \"%s\" would have it\n\n",
			opt.level == SEAL_FULL ? "full" : "on");
	}
	if (sp->pid && (opt.table || opt.picture)) {
		put_text(f, sp->title, opt.width ? opt.width-16 : 0);
		fprintf(f, " (process %d)", (int)sp->pid);
		if (sp->ended) fprintf(f, ": %s", sp->ended);
		fputs("\n\n", f);
	}
	if (opt.table && !sp->pid) show_levels(f, sp);
	else if (opt.table) show_table(f, sp);
	if (!sp->pid) at_level(sp, opt.level);
	if (opt.picture) show_picture(f, sp);
	if ((opt.table && sp->pid) || opt.picture) show_shares(f, sp);
	if (opt.json) show_json(f, sp);
	if (opt.svg) {
		FILE *svg = output(opt.svg);
		show_svg(svg, sp);
		finish(svg, opt.svg);
	}
}

static int is_pid(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

static pid_t parse_pid(const char *s)
{
	unsigned long n;
	errno = 0;
	n = strtoul(s, 0, 10);
	if (errno || !n || n > 0x7fffffff) usage("%s is no process", s);
	return n;
}

static char **split(int *argc, char **argv)
{
	for (int i=1; i<*argc; i++)
		if (!strcmp(argv[i], "--")) {
			*argc = i;
			argv[i] = 0;
			return argv+i+1;
		}
	return 0;
}

static int is_file(const char *target)
{
	return target && !is_pid(target);
}

static void read_target(struct space *sp, const char *target)
{
	if (is_file(target)) {
		if (opt.check || opt.attack)
			usage("--check and --attack take a process; \"%s\" is a"
				" file", target);
		read_file(sp, target);
	} else {
		proc_read(sp, parse_pid(target));
		space_classify(sp);
	}
}

int main(int argc, char **argv)
{
	struct space sp;
	char **prog = split(&argc, argv);
	int status = EXIT_FINE;
	FILE *f;

	setlocale(LC_CTYPE, "");
	parse_options(argc, argv);
	if (prog ? !*prog || optind < argc : optind+1 != argc)
		usage(prog
			? "-- is followed by a program, and not preceded by a"
			" process or file"
			: "one process or file, please, or -- and a program");
	look_at_terminal();
	if (prog) run_program(&sp, prog);
	else read_target(&sp, argv[optind]);
	if (opt.attack && !prog) attack_process(&sp);

	/* Opened late, so an error above leaves an earlier report alone. */
	f = opt.output ? output(opt.output) : stdout;
	show_space(f, &sp);
	if (opt.attack && !opt.json) show_attacks(f, &sp);
	if (opt.attack && attacks_won(&sp)) status = EXIT_UNSEALED;
	finish(f, opt.output ? opt.output : "standard output");
	if (opt.check && check(&sp)) status = EXIT_UNSEALED;
	return status;
}
