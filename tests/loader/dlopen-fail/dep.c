static int nine = 9;
static int *const where = &nine;
int dep(void) { return *where; }
