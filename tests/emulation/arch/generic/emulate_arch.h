/* Empty: emulate.c names the macros that an architecture may define. */
