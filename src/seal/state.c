/* The policy in force, and what the loader and static programs share: messages
 * and the kernel. See seal.c. */

#define SYSCALL_NO_TLS 1
#include <errno.h>
#include <stdarg.h>
#include "libc.h"
#include "syscall.h"
#include "seal.h"

/* ld.so has its own, in seal_dso.c. */
static struct seal_state state;
weak_alias(state, __seal_state);

static struct seal_policy *const policy = &__seal_state.policy;

static int first_answer;

void __seal_print(const char *s, ...)
{
	char buf[256];
	size_t n = 0;
	va_list ap;
	va_start(ap, s);
	for (; s; s=va_arg(ap, const char *))
		for (; *s; s++) {
			buf[n++] = *s;
			if (n < sizeof buf) continue;
			__syscall(SYS_write, 2, buf, n);
			n = 0;
		}
	va_end(ap);
	if (n) __syscall(SYS_write, 2, buf, n);
}

_Noreturn void __seal_refuse(const char *prog, const char *why)
{
	__seal_print(prog, ": cannot seal: ", why, " (strict)\n", (char *)0);
	for (;;) __syscall(SYS_exit_group, 127);
}

const char *__seal_reason(int error)
{
	switch (error) {
	case ENOSYS: return "the kernel has no mseal";
	case EPERM: return "mseal is not permitted";
	case EINVAL: return "the mapping can't be sealed in part";
	case ENOMEM: return "not all of it is mapped, or out of memory";
	case ENOEXEC: return "an object's mutable ranges are malformed, or too many";
	case EOVERFLOW: return "its program headers are not mapped, or too many";
	case EACCES: return "mseal is forbidden";
	case ENOTSUP: return "mseal is answered, but nothing is sealed by it";
	case EFAULT: return "a segment is both writable and executable";
	}
	static char other[] = "mseal failed, errno 0000";
	for (char *p=other+sizeof other-2; *p!=' '; p--, error/=10)
		*p = '0'+error%10;
	return other;
}

void __seal_configure(const char *words, const char *origin, const char *prog)
{
	struct seal_policy new = { .level = SEAL_ON };
	struct seal_word bad;
	enum seal_parse r = __seal_parse(&new, SEAL_DEFAULT, &bad);
	if (!prog) prog = "ld.so";
	if (r) origin = "configured default";
	else if (words && *words) r = __seal_parse(&new, words, &bad);
	if (!r) {
		*policy = new;
		if (!__seal_state.answer) __seal_state.answer = &first_answer;
		return;
	}
	char word[64];
	size_t i;
	const char *what;
	for (i=0; i<bad.n && i<sizeof word-4; i++) word[i] = bad.s[i];
	if (i<bad.n) word[i++] = '.', word[i++] = '.', word[i++] = '.';
	word[i] = 0;
	if (r == SEAL_PARSE_EMPTY) what = "empty word";
	else if (r == SEAL_PARSE_LEVELS) what = "second level \"";
	else if (r == SEAL_PARSE_DLOPEN) what = "contrary word \"";
	else what = "unknown word \"";
	__seal_print(prog, ": ", origin, ": ", what, word, bad.n ? "\"" : "",
		" (" SEAL_WORDS ")\n", (char *)0);
	__syscall(SYS_exit_group, 127);
}

/* ld.so has its own, in hard.c. */
static void only_full(const struct seal_object *prog)
{
	if (__seal_strict()) __seal_refuse(prog->name, SEAL_HARD_STATIC);
	__seal_print(prog->name, ": warning: ", SEAL_HARD_STATIC, "\n",
		(char *)0);
	if (policy->level == SEAL_HARD) policy->level = SEAL_FULL;
}
weak_alias(only_full, __seal_harden);

void __seal_program(const struct seal_object *prog)
{
	if (policy->level == SEAL_OFF) return;
	int notes = __seal_notes(prog);
	if (notes & SEAL_NOTE_OFF && !policy->noexempt)
		__seal_state.why_off = "program's file says off";
	else if (policy->marked && !(notes & SEAL_NOTE_DATA))
		__seal_state.why_off = "program is not marked";
	if (__seal_state.why_off) policy->level = SEAL_OFF;
	else if (policy->level == SEAL_HARD || policy->nocode)
		__seal_harden(prog);
}

const char *__seal_why_off(void)
{
	return __seal_state.why_off ? __seal_state.why_off : "level is off";
}

int __seal_active(void)
{
	return policy->level != SEAL_OFF;
}

int __seal_may_exempt(const struct seal_object *o)
{
	return !policy->noexempt && __seal_exempts(o);
}

int __seal_strict(void)
{
	return policy->strict && __seal_active();
}

int __seal_wanted(void)
{
	return policy->report || __seal_active();
}

int __seal_ask(struct seal_range r)
{
	if (r.start >= r.end) return 0;
	return -__syscall(SYS_mseal, r.start, r.end-r.start, 0);
}

/* A special mapping is sealed whole or not at all (EINVAL), and nothing tells
 * its length: the program header ends at the last byte of the vdso, the mapping
 * may end later. So try with one page more each time. */
int __seal_ask_vdso(struct seal_range r)
{
	int error = EINVAL;
	for (int i=0; i<16 && error==EINVAL; i++, r.end+=PAGE_SIZE)
		error = __seal_ask(r);
	return error;
}

uintptr_t __seal_vdso_at(void)
{
	for (size_t i=0; libc.auxv[i]; i+=2)
		if (libc.auxv[i] == AT_SYSINFO_EHDR) return libc.auxv[i+1];
	return 0;
}

struct seal_object __seal_vdso(void)
{
	const ElfW(Ehdr) *eh = (void *)__seal_vdso_at();
	struct seal_object o = { .name = "[vdso]", .vdso = 1 };
	size_t i;
	if (!eh) return o;
	o.phdr = (void *)((char *)eh+eh->e_phoff);
	o.phnum = eh->e_phnum;
	o.phentsize = eh->e_phentsize;
	for (i=0; i<o.phnum; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o.phdr+i*o.phentsize);
		if (ph->p_type == PT_LOAD)
			o.base = (uintptr_t)eh-ph->p_vaddr+ph->p_offset;
	}
	return o;
}
