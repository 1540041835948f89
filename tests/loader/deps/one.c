extern int two(void);
int (*const next_of_one)(void) = two;
int one(void) { return 1 + next_of_one(); }
