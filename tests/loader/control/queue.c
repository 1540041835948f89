/* Constructed before the program. */
void in_constructor(void);
__attribute__((constructor)) static void ctor(void) { in_constructor(); }
