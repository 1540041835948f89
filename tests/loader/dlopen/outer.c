extern int left(int), right(int), base_calls;
int (*const both[])(int) = { left, right };
int outer(int x) { int r = both[0](x) + both[1](x); return r + base_calls; }
