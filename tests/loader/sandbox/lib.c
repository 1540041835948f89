static int four = 4;
static int *const where = &four;
int x(void) { return *where; }
