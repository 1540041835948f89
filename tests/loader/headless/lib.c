static int six = 6;
static int *const where = &six;
int headless(void) { return *where; }
