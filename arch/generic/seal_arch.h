/* Empty: seal_start.h and ldso/key.c name the macros that an architecture may
 * define. */
