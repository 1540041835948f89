#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* Each back to what it was where the kernel let it pass. */
static inline void try_both(void *text, void *relro, int *text_err,
	int *relro_err)
{
	text = (void *)((uintptr_t)text & -4096);
	relro = (void *)((uintptr_t)relro & -4096);
	*text_err = mprotect(text, 4096, PROT_READ|PROT_WRITE|PROT_EXEC)
		? errno : 0;
	if (!*text_err) mprotect(text, 4096, PROT_READ|PROT_EXEC);
	*relro_err = mprotect(relro, 4096, PROT_READ|PROT_WRITE) ? errno : 0;
	if (!*relro_err) mprotect(relro, 4096, PROT_READ);
}
