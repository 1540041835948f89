extern int three(void);
int (*const next_of_two)(void) = three;
int two(void) { return 20 + next_of_two(); }
