#include <stdio.h>

int starter(void);
int due_constructed(void);

int main(void)
{
	printf("in main: %d\n", starter()*due_constructed());
	return 0;
}
