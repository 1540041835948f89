/* RELRO of many pages. */

#include "check.h"

static int words[2];
#define TEN(i) &words[0], &words[1], &words[0], &words[1], &words[0], &words[1], \
	&words[0], &words[1],
#define HUNDRED TEN(0) TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7)
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
int *const table[] = { THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND
	THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND };

int main(void)
{
	size_t i, n = sizeof table/sizeof *table, wrong = 0;
	int *const *volatile t = table;
	for (i=0; i<n; i++) if (t[i] != &words[i&1]) wrong++;
	check_ok(!wrong, "%zu of %zu pointers are wrong", wrong, n);
	check_all("start");
	return check_done();
}
