/* launch.c - the command `sandbox`: readies what a process must have before Bun starts, and execs it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch/environment.h"
#include "launch/obstacle.h"
#include "launch/terminal.h"

/* As the command itself has them; see EXIT in src/cli. */
#define EXIT_HOST 3

/* The compiled command, seen from the folder of this program. */
#define PROGRAM "bun/sandbox"

/*
 * A stream that the caller has closed stays unusable: the next file that is opened must not become
 * it, and who writes to it is to get an error. So it is opened the wrong way round.
 */
static void fill_streams(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

/* Bun waits for its children by SIGCHLD, and the shim's exit code would be lost. */
static void restore_child_signal(void)
{
	sigset_t child;

	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_UNBLOCK, &child, NULL);
}

/* Whether the working directory has a path. Where it was deleted, Bun would not start. */
static bool has_directory(void)
{
	char path[PATH_MAX];

	if (getcwd(path, sizeof(path)) != NULL)
		return true;
	(void)!chdir("/");
	return false;
}

/* The path of this program without links; the kernel knows it however it was started. */
static bool own_path(char path[PATH_MAX])
{
	ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (size <= 0 || size == PATH_MAX - 1 || path[0] != '/')
		return false;
	path[size] = '\0';
	return true;
}

/* The path of the compiled command. */
static bool program_path(char path[PATH_MAX])
{
	char *name;

	if (!own_path(path))
		return false;
	name = strrchr(path, '/') + 1;
	if ((size_t)(name - path) + sizeof(PROGRAM) > PATH_MAX)
		return false;
	memcpy(name, PROGRAM, sizeof(PROGRAM));
	return true;
}

int main(int count, char **arguments)
{
	char path[PATH_MAX];

	if (count > 0 && strcmp(arguments[0], "sandbox-terminal") == 0)
		return terminal_main(count > 1 && strcmp(arguments[1], "relay") == 0);
	fill_streams();
	if (obstacle_reported())
		return EXIT_HOST;
	restore_child_signal();
	environment_prepare(has_directory(), count > 1 ? arguments + 1 : arguments + count);
	if (program_path(path))
		(void)execv(path, arguments);
	(void)dprintf(STDERR_FILENO,
		      "sandbox: the compiled command, %s beside this program, cannot be started (%s); "
		      "build it with `npm run build`\n",
		      PROGRAM, strerror(errno));
	return EXIT_HOST;
}
