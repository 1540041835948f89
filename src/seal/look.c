#define SYSCALL_NO_TLS 1
#include <elf.h>
#include <string.h>
#include "libc.h"
#include "seal.h"
#include "vdso_funcs.h"

/* What is sealed, after the start. It is worked out again from the objects:
 * nothing is kept for it, and only programs that ask pay. */

static void each_piece(const struct seal_object *o,
	const struct seal_mutable *m, void (*f)(const struct seal_object *,
	struct seal_range, void *), void *arg)
{
	int sealed, rw = __seal_data(o, __seal_state.policy.level);
	uintptr_t at, next;
	for (at=0; at != (uintptr_t)-1; at=next) {
		next = __seal_next(o, rw, at, PAGE_SIZE, &sealed);
		struct seal_range r = { at, next };
		while (sealed && r.start < r.end) {
			struct seal_range out = __seal_first_mutable(m, o, r,
				PAGE_SIZE);
			if (r.start < out.start)
				f(o, (struct seal_range){ r.start, out.start },
					arg);
			r.start = out.end;
		}
	}
	f(o, (struct seal_range){ 0, 0 }, arg);
}

/* Apart, because it takes two KiB of the stack. Malformed ranges exempt
 * nothing. */
static __attribute__((__noinline__))
void each_but_exempt(const struct seal_object *o,
	void (*f)(const struct seal_object *, struct seal_range, void *),
	void *arg)
{
	struct seal_mutable m;
	__seal_mutable_bytes(&m, o, PAGE_SIZE);
	each_piece(o, &m, f, arg);
}

void __seal_each(void (*f)(const struct seal_object *, struct seal_range,
	void *), void *arg)
{
	struct seal_object o;
	const void *p = 0;
	if (!__seal_done()) return;
	while ((p = __seal_after(p, &o))) {
		if (__seal_may_exempt(&o)) each_but_exempt(&o, f, arg);
		else each_piece(&o, 0, f, arg);
	}
	o = __seal_vdso();
	if (o.phdr) each_piece(&o, 0, f, arg);
}

/* ld.so has its own of the following, in seal_dso.c. */

static int done(void)
{
	const struct seal_count *c = &__seal_count;
	return !__seal_active() || c->asked == c->refused ? 0 : c->refused ? -1
		: 1;
}
weak_alias(done, __seal_done);

/* The pointers to functions of the vdso, if the program calls one of them. */
extern weak hidden struct vdso_funcs __vdso_funcs;

/* A static program has no object but itself. Its name is that of its file, as
 * in dynlink.c. */
static const void *after(const void *prev, struct seal_object *o)
{
	if (prev) return 0;
	__seal_self(o);
	if (!__seal_relro_valid(o, PAGE_SIZE))
		o->relro = (struct seal_range){ 0, 0 };
	if (&__vdso_funcs) {
		o->records = __seal_round((uintptr_t)&__vdso_funcs,
			sizeof __vdso_funcs, PAGE_SIZE);
		o->records_sealed = 1;
	}
	for (size_t i=0; libc.auxv[i]; i+=2)
		if (libc.auxv[i] == AT_EXECFN
		    && strncmp((char *)libc.auxv[i+1], "/proc/", 6))
			o->name = (char *)libc.auxv[i+1];
	return o->phdr;
}
weak_alias(after, __seal_after);
