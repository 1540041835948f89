/* The internal definitions that musl's qsort.c needs, for unit/qsort.c. */
#define weak_alias(old, new)
#define a_ctz_l narrow_ctz
