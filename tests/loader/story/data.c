/* The attacker can write to the program's variables, one of which is a pointer
 * to a function, and have it make one call of mprotect. */

#include "story.h"

static struct {
	char input[PAGE];
	int (*handler)(void);
} state __attribute__((aligned(PAGE))) = { "", attackers_code };

int main(void)
{
	place_code(state.input);
	if (mprotect(&state, sizeof state, PROT_READ|PROT_WRITE|PROT_EXEC))
		return refused("mprotect");
	state.handler = (int (*)(void))(uintptr_t)state.input;
	if (state.handler() == 666) attacked();
	return 99;
}
