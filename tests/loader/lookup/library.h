/* The words of the generated files: library N defines symbols, each of which
 * tells N, and reports which definitions it finds itself. */

struct listener {
	void (*value)(int n, const char *how, const char *name, int value);
	void (*address)(int n, const char *how, const char *name, void *);
};

struct address {
	const char *name;
	void *p;
};

#define HIDDEN __attribute__((visibility("hidden")))
#define WEAK __attribute__((weak))

#define FUNCTION(s) int s(void) { return N; }
#define WEAK_FUNCTION(s) WEAK FUNCTION(s)
#define HIDDEN_FUNCTION(s) HIDDEN FUNCTION(s)
#define PROTECTED_FUNCTION(s) \
	__attribute__((visibility("protected"))) FUNCTION(s)
#define LOCAL_FUNCTION(s) __attribute__((used)) static FUNCTION(s)

/* A symbol with the value 0 is not found. */
#define ZERO(s) __asm__(".globl " #s "\n.set " #s ", 0");

#define DATA(s) int s = N;
#define WEAK_DATA(s) WEAK DATA(s)
#define HIDDEN_DATA(s) HIDDEN DATA(s)
#define LOCAL_DATA(s) __attribute__((used)) static DATA(s)
#define TEXT(x) #x
#define STRING(x) TEXT(x)
#define UNIQUE_DATA(s) extern int s; \
	__asm__(".pushsection .data\n.balign 4\n.globl " #s "\n" \
		".type " #s ", %gnu_unique_object\n.size " #s ", 4\n" \
		#s ": .long " STRING(N) "\n.popsection");

#define THREAD(s) __thread int s = N;
#define HIDDEN_THREAD(s) HIDDEN THREAD(s)

/* Of versions: only the default one is found by a name alone. */
#define OLD_VERSION(s) int s##_old(void) { return 100+N; } \
	__asm__(".symver " #s "_old," #s "@V1");
#define NEW_VERSION(s) int s##_new(void) { return N; } \
	__asm__(".symver " #s "_new," #s "@@V2");

#define EXTERN_FUNCTION(s) int s(void);
#define EXTERN_DATA(s) extern int s;
#define EXTERN_THREAD(s) extern __thread int s;
#define EXTERN_WEAK_FUNCTION(s) WEAK int s(void);
#define EXTERN_WEAK_DATA(s) WEAK extern int s;

/* Each is a relocation of its own kind. */
#define CALL(s) to->value(N, "call", #s, s());
#define READ(s) to->value(N, "value", #s, s);
#define TAKE(s) to->address(N, "address", #s, (void *)s);
#define TAKE_DATA(s) to->address(N, "address", #s, (void *)&s);
#define IN_TABLE(s) { #s, (void *)s },
#define DATA_IN_TABLE(s) { #s, (void *)&s },

#define NAME2(a, b) a##b
#define NAME(a, b) NAME2(a, b)
#define REPORT void NAME(report_, N)(const struct listener *to)
#define TABLE static struct address table[]
#define REPORT_TABLE for (struct address *a=table; a->name; a++) \
	to->address(N, "table", a->name, a->p);
