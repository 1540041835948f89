int base_calls;
int base(int x, int y) { base_calls++; return x*y; }
