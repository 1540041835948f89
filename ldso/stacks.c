/* Stacks of threads at level hard.
 *
 * They are sealed, so no system call replaces one or makes it executable, and
 * none is unmapped: the stack of a thread that ended waits for the next thread.
 * Its pages are given back meanwhile. So there are never more stacks of a size
 * than there were threads with it at once. Sizes are rounded up, to a quarter
 * of a power of two, so that there are few.
 *
 * All of this is guarded by the lock of the thread list. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "dso.h"
#include "records.h"
#include "stacks.h"
#include "syscall.h"

struct stack {
	struct stack *next;
	char *base;
	size_t size, guard;
	char *dirty;		/* from here to the end it is not zero */
};

/* By size. */
#define CLASSES (8*sizeof(size_t)*4)
static struct stack *idle[CLASSES];

/* At the end of a stack in use is the address of its description. */
#define END 16

/* Descriptions of stacks that are to come. */
static struct stack *spare, *spare_end;

static unsigned class_of(size_t size)
{
	unsigned log = 8*sizeof size-1-__builtin_clzl(size);
	return 4*log+(size>>(log-2) & 3);
}

/* The next size that is four to seven times a power of two. */
static size_t round_up(size_t size)
{
	unsigned log = 8*sizeof size-1-__builtin_clzl(size);
	size_t step = (size_t)1<<(log-2);
	if (step < PAGE_SIZE) step = PAGE_SIZE;
	return size+step-1 & -step;
}

static void lock_list(sigset_t *set)
{
	__block_app_sigs(set);
	__tl_lock();
}

static void unlock_list(sigset_t *set)
{
	__tl_unlock();
	__restore_sigs(set);
}

static int in_force(void)
{
	records_readable();
	return __seal_state.policy.level == SEAL_HARD
		&& records.first_answer <= 0;
}

static struct stack *find_idle(size_t size, size_t guard)
{
	struct stack **p = idle+class_of(size), *s;
	for (; (s=*p); p=&s->next) {
		if (s->guard != guard) continue;
		*p = s->next;
		return s;
	}
	return 0;
}

/* A filter may forbid it since the start. */
static int seal(char *base, size_t size)
{
	static int warned;
	int err = -__syscall(SYS_mseal, base, size, 0);
	if (!err || err == ENOMEM || __seal_strict()) return err;
	if (!warned) __seal_print("ld.so: warning: stacks of threads are not"
		" sealed: ", __seal_reason(err), "\n", (char *)0);
	warned = 1;
	return 0;
}

static struct stack *new_stack(size_t size, size_t guard)
{
	if (spare == spare_end) {
		void *p = mmap(0, 4*PAGE_SIZE, PROT_READ|PROT_WRITE,
			MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED) return 0;
		spare = p;
		spare_end = spare+4*PAGE_SIZE/sizeof *spare;
	}
	char *base = mmap(0, size, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED) return 0;
	if (mprotect(base+guard, size-guard, PROT_READ|PROT_WRITE)
	    || seal(base, size)) {
		munmap(base, size);
		return 0;
	}
	struct stack *s = spare++;
	*s = (struct stack){ .base = base, .size = size, .guard = guard,
		.dirty = base+size };
	return s;
}

void *__stack_take(size_t *size, size_t guard)
{
	sigset_t set;
	if (!in_force()) return 0;
	if (*size > SIZE_MAX/2) return MAP_FAILED;
	size_t want = round_up(*size+END);
	lock_list(&set);
	struct stack *s = find_idle(want, guard);
	if (!s) s = new_stack(want, guard);
	unlock_list(&set);
	if (!s) return MAP_FAILED;
	memset(s->dirty, 0, s->base+s->size-s->dirty);
	*size = s->size-END;
	*(struct stack **)(s->base+*size) = s;
	return s->base;
}

/* Give back the pages below end. */
static void keep(struct stack *s, char *end)
{
	char *low = s->base+s->guard;
	s->dirty = end;
	if (end > low && madvise(low, end-low, MADV_DONTNEED)) s->dirty = low;
	struct stack **list = idle+class_of(s->size);
	s->next = *list;
	*list = s;
}

int __stack_keep(void *base, size_t size)
{
	sigset_t set;
	if (!in_force()) return 0;
	struct stack *s = *(struct stack **)((char *)base+size);
	__vm_wait();
	lock_list(&set);
	keep(s, s->base+s->size);
	unlock_list(&set);
	return 1;
}

int __stack_leave(void *base, size_t size)
{
	char here;
	if (!in_force()) return 0;
	/* Leave room for the frames of the calls that follow. */
	keep(*(struct stack **)((char *)base+size),
		(char *)((uintptr_t)&here-1024 & -PAGE_SIZE));
	return 1;
}
