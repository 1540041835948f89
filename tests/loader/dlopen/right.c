extern int base(int, int);
int (*const base_of_right)(int, int) = base;
int right(int x) { return base_of_right(x, 100); }
