/*
 * storm.c - COUNT children, by a quarter each: one that execs, one that exits with 7, one that ends by
 * SIGUSR1, and one that leaves a child of its own behind. At most 64 at a time. For trace.test.ts.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void child(int number, char **arguments)
{
	char *const again[] = { arguments[0], NULL };

	switch (number % 4) {
	case 0:
		execv(arguments[0], again);
		_exit(100);
	case 1:
		_exit(7);
	case 2:
		raise(SIGUSR1);
		_exit(101);
	default:
		_exit(fork() == 0 ? 5 : 6);
	}
}

int main(int count, char **arguments)
{
	int left = count > 1 ? atoi(arguments[1]) : 0;
	int alive = 0;

	if (count < 2)
		return 3;
	while (left > 0 || alive > 0) {
		if (left > 0 && alive < 64) {
			if (fork() == 0)
				child(left, arguments);
			left--;
			alive++;
		} else if (wait(NULL) > 0) {
			alive--;
		}
	}
	return 0;
}
