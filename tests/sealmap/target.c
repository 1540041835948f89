/* What sealmap looks at: a program that ends in the way its first argument says.
 * "wait" tells that it is there and goes on when it reads a byte. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Not 0, so that there is .data, and more of .bss than fits on its page. */
int data[64] = { 1 };
char bss[16384];

static void *leave(void *arg)
{
	exit(5);
	return arg;
}

static void *late(void *arg)
{
	usleep(20000);
	return arg;
}

static int wait_for_byte(void)
{
	char c = 0;
	puts("ready");
	fflush(stdout);
	if (read(0, &c, 1) != 1) return 2;
	printf("got %c\n", c);
	return 7;
}

static int sleep_for(int seconds)
{
	struct timespec t = { seconds, 0 }, a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	puts("ready");
	fflush(stdout);
	if (nanosleep(&t, 0)) return 3;
	clock_gettime(CLOCK_MONOTONIC, &b);
	return (b.tv_sec-a.tv_sec) + (b.tv_nsec-a.tv_nsec)*1e-9 < seconds ? 4 : 7;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	pthread_t t;
	data[1] = bss[8192];
	if (!strcmp(how, "wait")) return wait_for_byte();
	if (!strncmp(how, "sleep ", 6)) return sleep_for(atoi(how+6));
	if (!strcmp(how, "exec")) return execl(argv[2], argv[2], (char *)0);
	if (!strcmp(how, "signal")) raise(SIGSEGV);
	if (!strcmp(how, "kill")) raise(SIGKILL);
	if (!strcmp(how, "thread")) {
		pthread_create(&t, 0, leave, 0);
		pause();
	}
	if (!strcmp(how, "outlived")) {
		pthread_create(&t, 0, late, 0);
		pthread_exit(0);
	}
	if (!strcmp(how, "fork")) {
		if (fork()) return 7;
		usleep(20000);
		return 0;
	}
	puts("out");
	fputs("err\n", stderr);
	return 7;
}
