static int one = 1;
int *const where = &one;
int next(int n) { return n + *where; }
