/* A hello world for the starts of static programs. It is measured without an argument: then it says nothing. */
int puts(const char *);

int main(int argc, char **argv)
{
	(void)argv;
	if (argc>1) puts("hello");
	return 0;
}
