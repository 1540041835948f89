/* Nothing special: see seal_start.h for what an architecture may define. */
