#define SYS_CLONE_FLAGS(a,b) (b)
