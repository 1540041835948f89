#ifndef STACKS_H
#define STACKS_H

#include <features.h>
#include <stddef.h>

/* Stacks of threads at level hard: see ldso/stacks.c. Without it, and at the
 * other levels, each of these returns 0 and does nothing. */

/* A stack of at least *size bytes, of which guard at its low end can't be
 * accessed. It is zero. *size may grow. Returns MAP_FAILED if there is no
 * memory. */
hidden void *__stack_take(size_t *size, size_t guard);

/* Keep a stack that no thread uses. Returns 1 if it must not be unmapped. */
hidden int __stack_keep(void *base, size_t size);

/* The same for the stack of the thread that calls, with the thread list locked
 * and all signals of the program blocked. The kernel unlocks the list when the
 * thread has ended, so nobody takes the stack before. */
hidden int __stack_leave(void *base, size_t size);

#endif
