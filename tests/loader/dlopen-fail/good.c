extern int dep(void);
int (*const dep_of_good)(void) = dep;
int good(void) { return dep_of_good(); }
