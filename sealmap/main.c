#define _GNU_SOURCE
#include "sealmap.h"
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct options {
	int table, picture, json, check, attack, audit, all, files;
	const char *svg, *output;
	struct check how;
	uint64_t page;		/* 0: of the file's machine */
	int colour;		/* 1 always, 0 never, -1 on a terminal */
	int ascii;
};

static const char usage_text[] =
"usage: sealmap [options] PID             a process that runs\n"
"       sealmap [options] -- PROG [ARG...]  run PROG, and show its last state\n"
"       sealmap [options] FILE            the ranges that the loader would seal\n"
"       sealmap [options] PID PID...      a line for each process\n"
"       sealmap [options] --all [NAME...] the same for all processes, or those of\n"
"                                         such names or paths (shell patterns)\n"
"       sealmap [options] --files DIR...  a line for each program and library below\n"
"\n"
"What to show (default: --table):\n"
"  -t, --table          each mapping: object, kind, who sealed it or why not\n"
"  -p, --picture        the address space at a glance\n"
"  -j, --json           all of it, for programs\n"
"  -s, --svg=FILE       a picture to put on a slide\n"
"  -a, --attack         try to change each mapping in a copy of the process\n"
"      --audit          each call of PROG, its threads and children that a seal\n"
"                       made fail, and the command that allows it\n"
"\n"
"  -c, --check          status 1 if something is not sealed that should be,\n"
"                       or if a signal killed PROG\n"
"  -l, --level=LEVEL    by this level: on (default), full or hard\n"
"  -x, --allow=GLOB     but not of objects with such a name; may be repeated\n"
"      --no-exempt      --check, and exemptions of objects count as well\n"
"\n"
"      --sort=KEY       the lines by pid (default), name, objects or code;\n"
"                       -KEY is the other way round\n"
"  -o, --output=FILE    write there instead of to standard output\n"
"      --page-size=N    for files of other machines, in bytes\n"
"      --color=WHEN     auto (default), always, never\n"
"      --ascii          no character beyond ASCII\n"
"  -h, --help\n"
"  -V, --version\n"
"\n"
"status: 0 fine; 1 --check, --attack or --audit found something; 2 bad usage;\n"
"        3 it can't be told (no such process, no permission, ...)\n";

static _Noreturn void try_help(void)
{
	fputs("try: sealmap --help\n", stderr);
	exit(EXIT_USAGE);
}

#define usage(...) (warn(__VA_ARGS__), try_help())

static enum seal_level parse_level(const char *s)
{
	if (!strcmp(s, "on")) return SEAL_ON;
	if (!strcmp(s, "hard")) return SEAL_HARD;
	if (strcmp(s, "full"))
		usage("unknown level \"%s\": on, full or hard", s);
	return SEAL_FULL;
}

static uint64_t parse_page(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 0);
	if (*end || n < 4096 || n > 1<<20 || n & (n-1))
		usage("\"%s\" is no page size", s);
	return n;
}

static int parse_colour(const char *s)
{
	if (!s || !strcmp(s, "always")) return 1;
	if (!strcmp(s, "never")) return 0;
	if (strcmp(s, "auto"))
		usage("unknown --color=%s: auto, always or never", s);
	return -1;
}

enum { O_ASCII = 256, O_COLOUR, O_PAGE, O_EXEMPT,
	O_AUDIT, O_ALL, O_SORT, O_FILES };

static const struct option options[] = {
	{ "table", 0, 0, 't' }, { "picture", 0, 0, 'p' }, { "json", 0, 0, 'j' },
	{ "svg", 1, 0, 's' }, { "attack", 0, 0, 'a' }, { "check", 0, 0, 'c' },
	{ "level", 1, 0, 'l' }, { "allow", 1, 0, 'x' }, { "output", 1, 0, 'o' },
	{ "ascii", 0, 0, O_ASCII }, { "color", 2, 0, O_COLOUR },
	{ "page-size", 1, 0, O_PAGE }, { "no-exempt", 0, 0, O_EXEMPT },
	{ "audit", 0, 0, O_AUDIT }, { "all", 0, 0, O_ALL },
	{ "sort", 1, 0, O_SORT }, { "files", 0, 0, O_FILES },
	{ "help", 0, 0, 'h' }, { "version", 0, 0, 'V' }, { 0 },
};

static struct options parse_options(int argc, char **argv)
{
	struct options opt = { .how = { .level = SEAL_ON, .who = "" },
		.colour = -1 };
	int c;
	while ((c = getopt_long(argc, argv, "tpjs:acl:x:o:hV", options, 0))
	    != -1) switch (c) {
	case 't': opt.table = 1; break;
	case 'p': opt.picture = 1; break;
	case 'j': opt.json = 1; break;
	case 's': opt.svg = optarg; break;
	case 'a': opt.attack = 1; break;
	case 'c': opt.check = 1; break;
	case 'l': opt.how.level = parse_level(optarg); break;
	case 'x':
		opt.how.allow = grow(opt.how.allow, opt.how.nallow,
			sizeof *opt.how.allow);
		opt.how.allow[opt.how.nallow++] = optarg;
		break;
	case 'o': opt.output = optarg; break;
	case O_ASCII: opt.ascii = 1; break;
	case O_COLOUR: opt.colour = parse_colour(optarg); break;
	case O_EXEMPT: opt.check = opt.how.no_exempt = 1; break;
	case O_AUDIT: opt.audit = 1; break;
	case O_ALL: opt.all = 1; break;
	case O_FILES: opt.files = 1; break;
	case O_SORT:
		if (system_order(optarg))
			usage("--sort=%s: pid, name, objects or code",
				optarg);
		break;
	case O_PAGE: opt.page = parse_page(optarg); break;
	case 'h': fputs(usage_text, stdout); exit(EXIT_FINE);
	case 'V': puts("sealmap " TOOLS_VERSION); exit(EXIT_FINE);
	default: try_help();
	}
	if (opt.json && (opt.table || opt.picture))
		usage("--json is shown alone");
	if (!opt.table && !opt.picture && !opt.json && !opt.svg && !opt.attack
	    && !opt.check && !opt.audit)
		opt.table = 1;
	return opt;
}

/* The output, not opened yet. */
static struct out look_at_terminal(const struct options *opt)
{
	struct winsize w;
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	int tty = !opt->output && isatty(1);
	struct out out = { .f = stdout, .colour = opt->colour };
	out.utf8 = !opt->ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
	if (out.colour < 0)
		out.colour = tty && !(no && *no) && term
			&& strcmp(term, "dumb");
	if (tty && !ioctl(1, TIOCGWINSZ, &w)) out.width = w.ws_col;
	return out;
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

static int check(const struct check *c, const struct space *sp)
{
	if (sp->blind) die("cannot check: %s", sp->blind);
	if (!sp->nobjects)
		die("cannot check: no program was found among the mappings of"
			" process %d", (int)sp->pid);
	return check_space(c, sp);
}

static void show_space(const struct options *opt, const struct out *out,
	struct space *sp)
{
	FILE *f = out->f;
	if (!sp->pid && opt->picture && !opt->table) {
		put_text(out, sp->title, 0);
		fprintf(f, ", as level \"%s\" would have it\n\n",
			level_name(opt->how.level));
	}
	if (sp->pid && (opt->table || opt->picture)) {
		put_text(out, sp->title, out->width ? out->width-16 : 0);
		fprintf(f, " (process %d)", (int)sp->pid);
		if (sp->ended) fprintf(f, ": %s", sp->ended);
		fputs("\n\n", f);
	}
	if (opt->table && !sp->pid) show_levels(out, sp);
	else if (opt->table) show_table(out, sp);
	if (!sp->pid) at_level(sp, opt->how.level);
	if (opt->picture) show_picture(out, sp);
	if ((opt->table && sp->pid) || opt->picture) show_shares(out, sp);
	if (opt->json) show_json(f, sp);
	if (opt->svg) {
		FILE *svg = output(opt->svg);
		show_svg(svg, sp);
		finish(svg, opt->svg);
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

static void read_target(const struct options *opt, struct space *sp,
	const char *target)
{
	if (is_file(target)) {
		if (opt->check || opt->attack)
			usage("--check and --attack take a process; \"%s\" is a"
				" file", target);
		read_file(sp, target, opt->page);
	} else {
		proc_read(sp, parse_pid(target));
		space_classify(sp);
	}
}

/* Many processes: all that have one of the names, or these. */
static int look_at_many(const struct options *opt, struct out *out,
	char **names)
{
	struct system sys = { .check = opt->check ? &opt->how : 0 };
	if (opt->picture || opt->svg || opt->attack)
		usage("a picture or an attack takes one process");
	if (opt->all) system_read(&sys, names);
	else for (; *names; names++) system_add(&sys, parse_pid(*names));
	if (!sys.n)
		die("no process is called so%s", sys.unreadable ? ", of those"
			" that can be looked at" : "");
	if (opt->output) out->f = output(opt->output);
	if (opt->table || opt->json) show_system(out, &sys, opt->json);
	finish(out->f, opt->output ? opt->output : "standard output");
	if (sys.failed)
		warn("%zu of %zu processes are not as level \"%s\" would have"
			" them", sys.failed, sys.n, level_name(opt->how.level));
	return sys.failed ? EXIT_UNSEALED : EXIT_FINE;
}

static int look_at_files(const struct options *opt, struct out *out,
	char **paths)
{
	if (opt->all || opt->picture || opt->svg || opt->attack || opt->check)
		usage("--files shows lines or --json");
	if (!*paths) usage("--files is followed by a directory");
	if (!files_read(paths))
		die("neither a program nor a library is there");
	if (opt->output) out->f = output(opt->output);
	show_files(out, opt->json);
	finish(out->f, opt->output ? opt->output : "standard output");
	return EXIT_FINE;
}

static int all_pids(char *const *s)
{
	for (; *s; s++) if (!is_pid(*s)) return 0;
	return 1;
}

int main(int argc, char **argv)
{
	struct space sp;
	char **prog = split(&argc, argv);
	int status = EXIT_FINE;

	util_program("sealmap", EXIT_UNKNOWN);
	setlocale(LC_CTYPE, "");
	struct options opt = parse_options(argc, argv);
	struct out out = look_at_terminal(&opt);
	if (!prog && opt.files)
		return look_at_files(&opt, &out, argv+optind);
	if (!prog && (opt.all || (argc-optind > 1 && all_pids(argv+optind))))
		return look_at_many(&opt, &out, argv+optind);
	if (opt.all || opt.files
	    || (prog ? !*prog || optind < argc : optind+1 != argc))
		usage(prog
			? "-- is followed by a program, and not preceded by a"
			" process or file"
			: "processes or one file, please, or -- and a program");
	/* Keep the program's output out of the JSON. */
	struct run_options how = {
		.attack = opt.attack, .quiet = opt.json && !opt.output,
		.audit = opt.audit ? audit_new() : 0,
	};
	if (opt.audit && (!prog || opt.attack))
		usage("--audit is followed by -- and a program, and goes"
			" without --attack");
	if (prog) run_program(&sp, prog, &how);
	else read_target(&opt, &sp, argv[optind]);
	if (opt.attack && !prog) attack_process(&sp);

	/* Opened late, so an error above leaves an earlier report alone. */
	if (opt.output) out.f = output(opt.output);
	show_space(&opt, &out, &sp);
	if (opt.attack && !opt.json) show_attacks(&out, &sp);
	if (opt.attack && attacks_won(&sp)) status = EXIT_UNSEALED;
	finish(out.f, opt.output ? opt.output : "standard output");
	if (opt.audit && audit_end(how.audit)) status = EXIT_UNSEALED;
	if (opt.check && check(&opt.how, &sp)) status = EXIT_UNSEALED;
	return status;
}
