extern int dep(void), gone(void);
int (*const dep_of_nodep)(void) = dep;
int nodep(void) { return dep_of_nodep() + gone(); }
