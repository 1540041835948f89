/* Empty: seal_start.h and seal_emulate.h name the macros that an architecture
 * may define. */
