#include <stdio.h>

int data = 1;

int main(void)
{
	printf("serving %d\n", data);
	return 0;
}
