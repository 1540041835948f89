#ifndef ATTACK_H
#define ATTACK_H

/* Attack every sealed mapping, each in a child. */
void check_attacks(const char *when);

#endif
