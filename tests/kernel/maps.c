/* A hello world that says which of its mappings are sealed. With an argument, it
 * ends with 1 unless that many or more are (or none, if it is 0). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[1024], map[1024] = "";
	int all = 0, sealed = 0, wanted = argc > 1 ? atoi(argv[1]) : -1;
	unsigned long a, b;
	char prot[8];

	if (!f) {
		perror("/proc/self/smaps");
		return 1;
	}
	while (fgets(line, sizeof line, f)) {
		if (sscanf(line, "%lx-%lx %7s", &a, &b, prot) == 3) {
			line[strcspn(line, "\n")] = 0;
			strcpy(map, line);
		} else if (!strncmp(line, "VmFlags:", 8)) {
			int sl = !!strstr(line, " sl");
			if (strstr(map, "[vsyscall]")) continue;
			all++;
			sealed += sl;
			printf("%s  %s\n", sl ? "sealed" : "      ", map);
		}
	}
	printf("hello world: %d of %d mappings sealed\n", sealed, all);
	if (wanted < 0) return 0;
	return wanted ? sealed < wanted : sealed != 0;
}
