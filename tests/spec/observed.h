#ifndef OBSERVED_H
#define OBSERVED_H

/* The mappings of one process: each is cut where the loader's report says that
 * something else begins. */

#include <stddef.h>
#include <stdio.h>

#define MAXPIECES 128

struct piece {
	unsigned long start, end;
	char object[32], kind[16];
	char prot[4];           /* by the kernel */
	int sealed;             /* by the kernel */
	char said[96];          /* "sealed", the reason, or "-": not reported */
};

struct observed {
	struct piece piece[MAXPIECES];
	size_t n;
};

/* Fill o from the lines of LD_SEAL=report and the output of program/main.c.
 * program is the path that the report has for the program. Returns the number
 * of contradictions between the two that no table could describe, and prints
 * them: reported memory that is not mapped, or not of the object's file, or of
 * another protection. */
int observe(struct observed *o, const char *report, const char *maps,
	const char *program, FILE *f);

#endif
