int odd_word = 7;
int *const odd_where = &odd_word;
#ifdef BIG
/* More than is loaded along with RELRO. */
int odd_big[100000] = { 1, [99999] = 2 };
#endif
int odd(void) { return *odd_where; }
