#ifndef SEAL_RANGE_H
#define SEAL_RANGE_H

/* Arithmetic on address ranges: the bottom layer of sealing.
 *
 * This makes no system call, allocates nothing and knows no DSO, so the unit
 * tests compile it for the host. */

#include <features.h>
#include <stddef.h>
#include <stdint.h>

#ifndef hidden
#define hidden __attribute__((__visibility__("hidden")))
#endif

/* The addresses start .. end-1, in bytes. In a set both ends are page
 * multiples. start >= end is the empty range. A range can't reach the last page
 * of the address space, which user space never owns. */
struct seal_range {
	uintptr_t start, end;
};

/* Disjoint, non-adjacent ranges in ascending order. The capacity is a constant,
 * so that sealing needs no allocator. A range that does not fit is reported,
 * never dropped. */
#define SEAL_SET_MAX 64

struct seal_set {
	size_t n;
	struct seal_range r[SEAL_SET_MAX];
};

/* 1 if at is an address of r. */
static inline int __seal_in(struct seal_range r, uintptr_t at)
{
	return at-r.start < r.end-r.start;
}

/* The smallest page-aligned range that holds [start, start+len). page is a
 * power of two. A sum that overflows yields the empty range. */
hidden struct seal_range __seal_round(uintptr_t start, size_t len, size_t page);

/* The addresses that a and b share; empty if there are none. */
hidden struct seal_range __seal_common(struct seal_range a, struct seal_range b);

/* Put r into the set, joined with all that it overlaps or touches. 0, or -1
 * (set unchanged) if that takes one range more than the set can hold. */
hidden int __seal_set_add(struct seal_set *set, struct seal_range r);

/* Take the addresses of r out of the set. 0, or -1 (set unchanged) if a hole
 * in the middle of a range takes one range more than the set can hold. */
hidden int __seal_set_subtract(struct seal_set *set, struct seal_range r);

/* 1 if the set holds every address of r (an empty r is always held). */
hidden int __seal_set_holds(const struct seal_set *set, struct seal_range r);

#endif
