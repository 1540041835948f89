#ifndef STORY_H
#define STORY_H

/* Attacks from their first step to code of the attacker's choosing. Each program
 * ends with ATTACKED if that code ran, and with 0 if it was stopped by a call
 * that failed; what is stopped by a fault dies of it. */

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ATTACKED 42
#define PAGE 4096

static inline void attacked(void)
{
	static const char s[] = "the attacker's code runs\n";
	if (write(1, s, sizeof s-1) < 0) _exit(99);
	_exit(ATTACKED);
}

/* What the attacker brings along, to be copied: position independent, and no
 * longer than CODE_LEN bytes. */
#define CODE_LEN 32
__attribute__((noinline, noclone, used, aligned(CODE_LEN)))
static int attackers_code(void)
{
	return 666;
}

static inline void place_code(void *at)
{
	memcpy(at, (void *)(uintptr_t)attackers_code, CODE_LEN);
	__builtin___clear_cache(at, (char *)at+CODE_LEN);
}

static inline int refused(const char *what)
{
	printf("%s: refused: %s\n", what, strerror(errno));
	return errno == EPERM ? 0 : 99;
}

static inline void *page_of(const void *p)
{
	return (void *)((uintptr_t)p & -PAGE);
}

#endif
