#ifdef DEP
extern int DEP(void);
static int (*const dep)(void) = DEP;
int NAME(void) { return dep() * 2; }
#else
static int four = 4;
static int *const where = &four;
int NAME(void) { return *where; }
#endif
