#define _GNU_SOURCE
#include "settings.h"
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct settings settings = {
	.level = -1, .known_prot = PROT_READ|PROT_WRITE|PROT_EXEC
};
size_t pagesz;

void check_set_level(const char *s)
{
	if (!s || !strcmp(s, "off")) settings.level = LEVEL_OFF;
	else if (!strcmp(s, "on")) settings.level = LEVEL_ON;
	else if (!strcmp(s, "full")) settings.level = LEVEL_FULL;
	else if (!strcmp(s, "hard")) settings.level = LEVEL_HARD;
	else if (!strcmp(s, "foreign")) settings.level = LEVEL_FOREIGN;
	else if (!strcmp(s, "none")) settings.level = LEVEL_NONE;
	else {
		dprintf(2, "CHECK_LEVEL=%s?\n", s);
		_exit(99);
	}
}

void check_settings(void)
{
	const char *s;
	if (settings.level >= 0) return;
	pagesz = sysconf(_SC_PAGESIZE);
	check_set_level(getenv("CHECK_LEVEL"));
	settings.verbose = !!getenv("CHECK_VERBOSE");
	s = getenv("CHECK_PROBE");
	settings.probing = !!s;
	if (s && !strcmp(s, "qemu")) settings.known_prot &= ~PROT_EXEC;
	s = getenv("CHECK_ATTACK");
	if (settings.level == LEVEL_NONE) settings.attack = ATTACK_NONE;
	else if (!s) settings.attack = settings.level ? ATTACK_REFUSED
		: ATTACK_NONE;
	else if (!strcmp(s, "refused")) settings.attack = ATTACK_REFUSED;
	else if (!strcmp(s, "succeed")) settings.attack = ATTACK_SUCCEED;
	else settings.attack = ATTACK_NONE;
}

int check_sealing(void)
{
	check_settings();
	return settings.level != LEVEL_OFF && settings.level != LEVEL_NONE;
}

int check_hard(void)
{
	check_settings();
	return settings.level == LEVEL_HARD;
}

size_t check_page_size(void)
{
	check_settings();
	return pagesz;
}
