static int calls = 2;
int three(void) { return ++calls * 100; }
