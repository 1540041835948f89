#include "refused.h"

#define FAR __attribute__((__noinline__, __aligned__(PAGE)))
FAR int opened_one(void) { return 1; }
FAR int opened_two(void) { return 2; }
