extern int base(int, int);
int (*const base_of_left)(int, int) = base;
int left(int x) { return base_of_left(x, 10); }
