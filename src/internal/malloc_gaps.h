#ifndef MALLOC_GAPS_H
#define MALLOC_GAPS_H

/* The loader gives malloc the slack of writable segments, up to the next page
 * border. To take it malloc needs memory for its own records, three
 * system calls and as many page faults, which a program that never allocates
 * has no use for. So malloc asks for it when it first finds nothing free. */

/* 1 if this malloc does, 0 if the slack must be given to it at start. */
extern hidden const char __malloc_asks_for_gaps;

/* Set by the loader: there is slack that malloc has not got yet. */
extern hidden int __malloc_gaps;

/* Give it all to __malloc_donate. Called with malloc's lock held, once. */
hidden void __malloc_take_gaps(void);

#endif
