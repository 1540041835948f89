/* The flag nocode: nothing maps executable memory any more.
 *
 * PR_SET_MDWE leaves some ways: mapping a file, or a memfd that the program
 * wrote itself, as executable; shmat with SHM_EXEC; a personality in which
 * readable memory is executable. This filter refuses them all. It is installed
 * when the loader's records are final, because dlopen maps libraries. The
 * programs that the process executes inherit it, and without mmap of executable
 * memory no dynamic one can load a library: so it has a flag of its own. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include "dso.h"
#include "hard.h"
#include "syscall.h"

/* Of <linux/filter.h>, <linux/seccomp.h> and <linux/audit.h>. */
struct insn {
	uint16_t code;
	uint8_t yes, no;
	uint32_t k;
};

struct program {
	unsigned short len;
	const struct insn *insns;
};

/* struct seccomp_data */
struct call {
	int32_t nr;
	uint32_t arch;
	uint64_t ip, args[6];
};

#define LOAD_WORD 0x20
#define IF_EQUAL 0x15
#define IF_ABOVE 0x35		/* or equal */
#define IF_BITS 0x45
#define RETURN 0x06
#define ALLOW 0x7fff0000U
#define FAIL 0x00050000U	/* with the errno in the low bits */
#define AUDIT_64BIT 0x80000000U
#define AUDIT_LE 0x40000000U
#define X32_BIT 0x40000000U

#define LOW_WORD (__BYTE_ORDER == __BIG_ENDIAN ? 4 : 0)

#define ARG_BITS(n, arg, bits) \
	{ IF_EQUAL, 0, 4, n }, \
	{ LOAD_WORD, 0, 0, offsetof(struct call, args)+8*(arg)+LOW_WORD }, \
	{ IF_BITS, 0, 1, bits }, \
	{ RETURN, 0, 0, FAIL|EACCES }, \
	{ RETURN, 0, 0, ALLOW }

extern weak hidden char __ehdr_start[];

int refuse_new_code(void)
{
	const Ehdr *eh = (void *)__ehdr_start;
	const struct insn filter[] = {
		{ LOAD_WORD, 0, 0, offsetof(struct call, arch) },
		/* The kernel's name of an architecture is made of these. */
		{ IF_EQUAL, 1, 0, eh->e_machine | AUDIT_64BIT
			| (__BYTE_ORDER == __BIG_ENDIAN ? 0 : AUDIT_LE) },
		{ RETURN, 0, 0, FAIL|ENOSYS },
		{ LOAD_WORD, 0, 0, offsetof(struct call, nr) },
		{ IF_ABOVE, 0, 1, X32_BIT },
		{ RETURN, 0, 0, FAIL|ENOSYS },
#ifdef SYS_mmap
		ARG_BITS(SYS_mmap, 2, PROT_EXEC),
#endif
		ARG_BITS(SYS_mprotect, 2, PROT_EXEC),
		ARG_BITS(SYS_pkey_mprotect, 2, PROT_EXEC),
#ifdef SYS_shmat
		ARG_BITS(SYS_shmat, 2, SHM_EXEC),
#endif
#ifdef SYS_uselib
		{ IF_EQUAL, 0, 1, SYS_uselib },
		{ RETURN, 0, 0, FAIL|EACCES },
#endif
		{ IF_EQUAL, 0, 5, SYS_personality },
		{ LOAD_WORD, 0, 0, offsetof(struct call, args)+LOW_WORD },
		/* A question. */
		{ IF_EQUAL, 2, 0, 0xffffffff },
		{ IF_BITS, 0, 1, READ_IMPLIES_EXEC },
		{ RETURN, 0, 0, FAIL|EACCES },
		{ RETURN, 0, 0, ALLOW },
		{ RETURN, 0, 0, ALLOW },
	};
	const struct program program = { sizeof filter/sizeof *filter, filter };
	long ret;
	if (!__seal_state.policy.nocode) return 0;
	if (sizeof(long) < 8) return ENOSYS;
	/* For all threads (dlseal). */
	ret = __syscall(SYS_seccomp, 1, 1, &program);
	if (ret == -EACCES) {
		ret = __syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (!ret) ret = __syscall(SYS_seccomp, 1, 1, &program);
	}
	/* Above 0 it is a thread with a filter of its own. */
	return ret > 0 ? EBUSY : -ret;
}
