/* The words of LD_SEAL, --seal= and configure's --with-seal-default=: word, and
 * the member of struct seal_policy that it sets to a value. configure reads the
 * lines of this file that begin with a tab and W. */

/* At most one. */
#define SEAL_LEVELS(W) \
	W(off, level, SEAL_OFF) \
	W(on, level, SEAL_ON) \
	W(full, level, SEAL_FULL) \
	W(hard, level, SEAL_HARD)

/* Any of these, but no two that set a member to different values. */
#define SEAL_FLAGS(W) \
	W(strict, strict, 1) \
	W(warn, warn, 1) \
	W(marked, marked, 1) \
	W(report, report, 1) \
	W(dlopen, dlopen, SEAL_DLOPEN_KEPT) \
	W(nodlopen, dlopen, SEAL_DLOPEN_NONE) \
	W(pkey, pkey, 1) \
	W(audit, audit, 1) \
	W(noexempt, noexempt, 1) \
	W(nocode, nocode, 1)
