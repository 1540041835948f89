/* A library whose constructor tells the program. NAME returns VALUE. */
#define STRING(s) #s
#define NAME_OF(s) STRING(s)
extern void in_constructor(const char *);
static __attribute__((constructor)) void construct(void)
{
	in_constructor(NAME_OF(NAME));
}
#ifdef NEEDS
extern int plain(void), second(void);
int NAME(void) { return plain()+second(); }
#else
int NAME(void) { return VALUE; }
#endif
