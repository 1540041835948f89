void greet(const char *);

int main(void)
{
	greet("library");
	return 0;
}
