/* Of a local symbol there is no name to tell. */
static __thread int mine;
int *odd_tls(void) { return &mine; }
