#include "mutable.h"
#include <sys/seal.h>

int lib_before[2000] = { 1 };
static SEAL_MUTABLE int one = 1;
static SEAL_MUTABLE char many[5000] = { 1 };
int lib_after[2000];
static const struct mutable_data mine = {
	__start_musl_mutable, __musl_mutable_end, &one, many,
	sizeof many
};

const struct mutable_data *library_mutable(void)
{
	lib_before[1] = lib_after[1] = 1;
	return &mine;
}
