extern int odd_never(void);
static int five = 5;
int *const where = &five;
int never(int really) { return really ? odd_never() : *where; }
