int middle_answer(void);
static int done;

__attribute__((constructor)) static void construct(void)
{
	done++;
}

int due_constructed(void)
{
	return middle_answer() == 42 ? done : -2;
}
