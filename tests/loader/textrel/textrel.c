/* A pointer in the text, and where the compiler can make it (TEXTREL_MODEL) absolute
 * addresses in the instructions; and relocated pointers in what is read-only. */

#include "word.h"

int textrel_a = 10, textrel_b = 20, textrel_c = 30;
int *const textrel_table[] = { &textrel_a, &textrel_b, &textrel_c };

TEXT_WORD(textrel_word, textrel_a);

int textrel_sum(void)
{
	return *textrel_word + textrel_b + *(&textrel_c);
}
