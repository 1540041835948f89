#include "seal.h"

const char *__seal_hex(struct seal_hex *h, uintptr_t x)
{
	size_t i = sizeof h->s-1;
	h->s[i] = 0;
	do {
		h->s[--i] = "0123456789abcdef"[x%16];
		x /= 16;
	} while (i && (x || i > sizeof h->s-1-8));
	return h->s+i;
}

void __seal_line(const struct seal_object *o, struct seal_range r, int flags,
	const char *kind, const char *why)
{
	struct seal_hex start, end;
	char prot[] = "---";
	if (r.start >= r.end) return;
	if (flags & PF_R) prot[0] = 'r';
	if (flags & PF_W) prot[1] = 'w';
	if (flags & PF_X) prot[2] = 'x';
	__seal_print("seal: ", __seal_hex(&start, r.start), "-",
		__seal_hex(&end, r.end), " ", prot, " ", kind, " ", o->name,
		!why || *why == ',' ? ": sealed" : ": not sealed: ",
		why ? why : "", "\n",
		(char *)0);
}
