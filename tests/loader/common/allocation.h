#ifndef ALLOCATION_H
#define ALLOCATION_H

/* malloc and brk still work. */
void check_heap(const char *when);

#endif
