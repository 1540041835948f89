#include <stdio.h>

int greeted;

void greet(const char *whom)
{
	greeted++;
	printf("hello, %s\n", whom);
}
