/* turns.c - whole-process times of commands that take turns, so that noise meets all alike. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16

static long long now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* From before the fork until the command has been reaped. A command that fails ends it all. */
static long long run(char **command, int null)
{
	long long start = now();
	pid_t pid = vfork();
	int status;

	if (pid == 0) {
		for (int fd = 0; fd < 3; fd++)
			(void)dup2(null, fd);
		(void)execvp(command[0], command);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
		fprintf(stderr, "turns: %s failed\n", command[0]);
		exit(1);
	}
	return now() - start;
}

/* turns TIMES COMMAND… [--- COMMAND…]…: a line a turn, nanoseconds of each command. */
int main(int count, char **arguments)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char **commands[COMMANDS_MAX];
	int command_count = 0;
	int start = 2;

	for (int i = 2; i <= count && command_count < COMMANDS_MAX; i++) {
		if (i < count && strcmp(arguments[i], "---") != 0)
			continue;
		arguments[i] = NULL;
		commands[command_count++] = arguments + start;
		start = i + 1;
	}
	/* The first turn is not told: it finds caches cold. */
	for (int turn = 0; turn <= atoi(arguments[1]); turn++) {
		for (int i = 0; i < command_count; i++) {
			long long ns = run(commands[i], null);

			if (turn > 0)
				printf("%lld%c", ns, i + 1 < command_count ? ' ' : '\n');
		}
	}
	return 0;
}
