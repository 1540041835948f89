#include "sealmap.h"
#include <inttypes.h>

static void answer(FILE *f, const char *key, enum answer a)
{
	fprintf(f, "\"%s\": %s", key,
		a == UNKNOWN ? "null" : a == YES ? "true" : "false");
}

static void text(FILE *f, const char *key, const char *s)
{
	fprintf(f, "\"%s\": ", key);
	put_json(f, s);
}

static void attacks(FILE *f, const struct map *m)
{
	fputs(", \"attacks\": {", f);
	for (int i=0; i<ATTACKS; i++) {
		if (i) fputs(", ", f);
		text(f, attack_names[i],
			m->attack[i] == NOT_TRIED ? 0
			: attack_result(m->attack[i]));
	}
	fputc('}', f);
}

static void mapping(FILE *f, const struct space *sp, const struct map *m)
{
	fprintf(f,
		"{\"start\": \"0x%"PRIx64"\", \"end\": \"0x%"PRIx64"\","
		" \"size\": %"PRIu64", \"prot\": \"%s\", \"shared\": %s,"
		" \"offset\": %"PRIu64", ", m->start, m->end,
		m->end-m->start, prot_text(m->prot),
		m->shared ? "true" : "false", m->offset);
	text(f, "name", *m->name ? m->name : 0);
	fputs(", ", f);
	text(f, "object", m->object >= 0 ? sp->objects[m->object].path : 0);
	fputs(", ", f);
	text(f, "kind", kind_name(m->kind));
	fputs(", ", f);
	answer(f, "sealed", m->sealed);
	fputs(", ", f);
	text(f, "sealed_by", m->by);
	fputs(", ", f);
	text(f, "why_not", m->why);
	if (sp->attacked) attacks(f, m);
	fprintf(f,
		", \"wanted\": {\"on\": %s, \"full\": %s, \"hard\": %s},"
		" \"discardable\": %s, \"out_of_reach\": %s, \"cut\": %s}",
		m->wanted[SEAL_ON] ? "true" : "false",
		m->wanted[SEAL_FULL] ? "true" : "false",
		m->wanted[SEAL_HARD] ? "true" : "false",
		discardable(m) ? "true" : "false",
		out_of_reach(m) ? "true" : "false", m->tail ? "true" : "false");
}

static void object(FILE *f, const struct object *o)
{
	fputc('{', f);
	text(f, "path", o->path);
	fprintf(f, ", \"start\": \"0x%"PRIx64"\", \"end\": \"0x%"PRIx64"\", ",
		o->start, o->end);
	answer(f, "marked", o->marked ? YES : NO);
	fputs(", ", f);
	answer(f, "loader", o->loader ? YES : NO);
	fputc('}', f);
}

static void shares(FILE *f, const struct space *sp)
{
	struct amount a[SHARES];
	space_shares(sp, a);
	for (int i=0; i<SHARES; i++) {
		fprintf(f,
			"%s\n    \"%s\": {\"bytes\": %"PRIu64","
			" \"sealed_bytes\": ", i ? "," : "",
			share_keys[i], a[i].bytes);
		if (sp->blind) fputs("null", f);
		else fprintf(f, "%"PRIu64, a[i].sealed);
		fprintf(f, ", \"mappings\": %zu, \"sealed_mappings\": ",
			a[i].maps);
		if (sp->blind) fputs("null}", f);
		else fprintf(f, "%zu}", a[i].maps_sealed);
	}
}

/* Addresses are strings: JSON numbers may not hold 64 bits. */
void show_json(FILE *f, const struct space *sp)
{
	fputs("{\n  ", f);
	if (sp->pid) fprintf(f, "\"pid\": %d,\n  ", (int)sp->pid);
	text(f, sp->pid ? "command" : "file", sp->title);
	fputs(",\n  ", f);
	text(f, "ended", sp->ended);
	fputs(",\n  ", f);
	text(f, "kernel", *sp->kernel ? sp->kernel : 0);
	fprintf(f, ",\n  \"page_size\": %"PRIu64",\n  ", sp->page);
	text(f, "unknown_because", sp->blind);
	fputs(",\n  \"shares\": {", f);
	shares(f, sp);
	fputs("\n  },\n  \"objects\": [", f);
	for (size_t i=0; i<sp->nobjects; i++) {
		fputs(i ? ",\n    " : "\n    ", f);
		object(f, sp->objects+i);
	}
	fputs("\n  ],\n  \"mappings\": [", f);
	for (size_t i=0; i<sp->n; i++) {
		fputs(i ? ",\n    " : "\n    ", f);
		mapping(f, sp, sp->maps+i);
	}
	fputs("\n  ]\n}\n", f);
}
