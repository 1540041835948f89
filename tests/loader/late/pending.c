extern int provided(void);
int pending(void) { return provided() + 1; }
