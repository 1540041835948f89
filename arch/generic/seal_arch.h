/* Empty: seal_start.h names the macros that an architecture may define. */
