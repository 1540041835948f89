extern int nowhere;
int *data = &nowhere;
int nowhere_function(void);
int call(void) { return nowhere_function(); }
