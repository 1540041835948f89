/* A plugin: a function, and one that a thread-local variable names. */
static void nothing(void) {}
__thread void (*hook)(void) = nothing;
int run(void) { return 0; }
int run_hook(void) { hook(); return 0; }
