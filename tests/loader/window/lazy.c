/* A library whose function another one, which is loaded later, provides. */
extern int provided(void);
int answer(void) { return 42; }
int waits(void) { return provided()+1; }
