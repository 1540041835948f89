/* Compiled as code that is not position independent: absolute addresses in
 * the instructions, and relocated pointers in what is read-only. */

int textrel_a = 10, textrel_b = 20, textrel_c = 30;
int *const textrel_table[] = { &textrel_a, &textrel_b, &textrel_c };

int textrel_sum(void)
{
	return *textrel_table[0] + textrel_b + *(&textrel_c);
}
