static int n = 7;
static int *const where = &n;
int seven(void) { return *where; }
