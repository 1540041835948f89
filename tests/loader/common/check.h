#ifndef CHECK_H
#define CHECK_H

/* The checker that every test program links. It compares /proc/self/smaps with
 * the ranges that must and must not be sealed, by the ELF headers and the
 * policy, and then attacks every seal that it found.
 *
 *	result      counts checks, prints the failed ones
 *	settings    what the harness tells by the environment
 *	mapping     the mappings and their seals, by smaps
 *	probe       the same where seals are emulated, and smaps lacks them
 *	object      which ranges of an object must be sealed
 *	mark        is the object marked?
 *	records     the loader's records, and whether they must be sealed
 *	expected    the list of all of these
 *	compare     compares that list with the mappings
 *	operation   the system calls that a seal must refuse
 *	attack      tries them on every sealed mapping
 *	allocation  malloc and brk still work
 *	filter      seccomp filters, for cases without mseal */

#include <stdint.h>
#include <sys/syscall.h>
#include "attack.h"
#include "expected.h"
#include "filter.h"
#include "allocation.h"
#include "mapping.h"
#include "result.h"
#include "settings.h"

/* Both check_maps and check_attacks. */
void check_all(const char *when);

/* mseal's number has the same distance to its neighbours everywhere. */
#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

#endif
