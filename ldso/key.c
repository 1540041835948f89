/* A protection key for the loader's records: the flag pkey.
 *
 * Where the processor has protection keys, each page has one, and each thread
 * has a register with its rights to the pages of each key. The kernel gives a
 * key to pages by pkey_mprotect, and a seal fixes it. With the key of the
 * records
 *
 *	the thread in dlopen	may read and write while they are open
 *	all others		may read
 *	a signal handler	may neither read nor write when it begins
 *
 * So dlopen opens the records for its own thread alone, without a system call,
 * and they can be sealed although dlopen writes to them.
 *
 * The register is a part of the context that a signal saves, and the kernel
 * starts every handler with rights to key 0 alone. So each function that reads
 * the records begins with records_readable. The right to read is not taken away
 * afterwards: it does no harm, the thread may be outside of the handler already
 * (longjmp does not restore the register), and a thread that the handler
 * creates inherits it.
 *
 * The number of the key can't be one of the records, because it is needed in
 * order to read them. It must not be writable either, or the program decides
 * which key's pages dlopen opens. So it is in RELRO. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include "records.h"
#include "seal_arch.h"
#include "syscall.h"

#ifdef HAVE_KEYS

#define KEY_DENY_ALL 1U
#define KEY_DENY_WRITE 2U

/* 0 if there is none: that is the key of all other pages. */
static SEAL_RELRO int key;

int key_start(void)
{
	long ret = __syscall(SYS_pkey_alloc, 0, 0);
	/* 0 is no kernel's answer, but may be a filter's. */
	if (ret <= 0) return ret ? -ret : ENOSPC;
	key = ret;
	return 0;
}

void key_give_up(void)
{
	__syscall(SYS_pkey_free, key);
	key = 0;
}

int key_in_use(void)
{
	return key;
}

int key_protect(uintptr_t start, size_t len, int with)
{
	return -__syscall(SYS_pkey_mprotect, start, len, PROT_READ|PROT_WRITE,
		with ? key : 0);
}

static void set_rights(unsigned denied)
{
	unsigned both = (KEY_DENY_ALL|KEY_DENY_WRITE)<<2*key;
	set_key_rights((get_key_rights() & ~both) | denied<<2*key);
}

void key_open(void)
{
	set_rights(0);
}

void key_close(void)
{
	set_rights(KEY_DENY_WRITE);
}

void records_readable(void)
{
	if (key && (get_key_rights()>>2*key & KEY_DENY_ALL)) key_close();
}

#else

int key_start(void) { return ENOSYS; }
void key_give_up(void) {}
int key_in_use(void) { return 0; }
int key_protect(uintptr_t start, size_t len, int with)
{
	(void)start, (void)len, (void)with;
	return ENOSYS;
}
void key_open(void) {}
void key_close(void) {}
void records_readable(void) {}

#endif
