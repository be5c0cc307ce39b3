/* floor.c - the physical floor: nested clones with mount namespace and /proc, then one exec. */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	int levels = count > 2 ? atoi(arguments[1]) : 0;

	for (int level = 0; level < levels; level++) {
		struct clone_args args = {
			.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
			.exit_signal = SIGCHLD,
		};
		long child = syscall(SYS_clone3, &args, sizeof(args));
		int status;

		if (child < 0)
			return 1;
		if (child > 0) {
			(void)waitpid((pid_t)child, &status, 0);
			return 0;
		}
		(void)mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
		(void)mount("proc", "/proc", "proc", 0, NULL);
	}
	(void)execv(arguments[2], arguments + 2);
	return 1;
}
