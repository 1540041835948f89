extern int dep(void), nowhere(void);
int (*const dep_of_nosymbol)(void) = dep;
int nosymbol(void) { return dep_of_nosymbol() + nowhere(); }
