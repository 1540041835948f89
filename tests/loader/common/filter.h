#ifndef FILTER_H
#define FILTER_H

/* Seccomp filters. */

/* From now on the system call nr fails with err in this process. Returns
 * nonzero if that can't be arranged. */
int check_forbid(unsigned nr, int err);

/* The same, for calls with p as their first argument only. */
int check_forbid_at(unsigned nr, const void *p, int err);

/* From now on the filter has this answer to the call, one of seccomp's. */
int check_answer(unsigned nr, unsigned answer);

#endif
