#include <stddef.h>

/* What the header <sys/seal.h> leaves to the linker, of whoever includes this. */
extern __attribute__((visibility("hidden"))) char __start_musl_mutable[],
	__musl_mutable_end[];

struct mutable_data {
	char *start, *end;
	int *one;
	char *many;
	size_t many_len;
};

const struct mutable_data *library_mutable(void);
