/* What qsort.c has of musl's, for unit/qsort.c. */
#define weak_alias(old, new)
#define a_ctz_l narrow_ctz
