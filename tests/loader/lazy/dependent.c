extern int lazy_self(void);
int dependent(void) { return lazy_self(); }
