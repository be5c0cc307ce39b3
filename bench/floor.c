/* floor.c - the physical floors: the system calls that are needed, and nothing else. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* From sys/mount.h, which cannot stand beside linux/mount.h. */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *options);

#define PRIVATE_RECURSIVE (1 << 18 | 1 << 14)
#define AT_RECURSIVE_FLAG 0x8000

static pid_t clone_new(void)
{
	struct clone_args args = {
		.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static void read_only(int fd, const char *path, unsigned int flags)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY, .propagation = 1 << 18 };

	(void)syscall(SYS_mount_setattr, fd, path, flags, &attributes, sizeof(attributes));
}

/* The mounts of a default sandbox: what the shim does, in as few calls as we know of. */
static void mount_as_shim(bool is_outermost)
{
	static const char *const covered[] = { "/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
					       "/proc/bus", "/proc/fs" };
	static const char *const devices[] = { "null", "zero", "full", "random", "urandom", "tty" };
	static const int numbers[] = { 0x103, 0x105, 0x107, 0x108, 0x109, 0x500 };

	if (is_outermost)
		read_only(AT_FDCWD, "/", AT_RECURSIVE_FLAG);
	(void)mount("proc", "/proc", "proc", 0, NULL);
	for (size_t i = 0; i < sizeof(covered) / sizeof(covered[0]); i++) {
		int fd = (int)syscall(SYS_open_tree, AT_FDCWD, covered[i], OPEN_TREE_CLONE);

		if (fd < 0)
			continue;
		read_only(fd, "", AT_EMPTY_PATH);
		(void)syscall(SYS_move_mount, fd, "", AT_FDCWD, covered[i], MOVE_MOUNT_F_EMPTY_PATH);
		(void)close(fd);
	}
	if (!is_outermost)
		return;
	(void)mount("tmpfs", "/dev", "tmpfs", 0, "mode=755,size=64k");
	(void)chdir("/dev");
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		(void)mknod(devices[i], S_IFCHR | 0666, (dev_t)numbers[i]);
	(void)symlink("/proc/self/fd", "fd");
	(void)symlink("/proc/self/fd/0", "stdin");
	(void)symlink("/proc/self/fd/1", "stdout");
	(void)symlink("/proc/self/fd/2", "stderr");
	(void)symlink("pts/ptmx", "ptmx");
	(void)mkdir("pts", 0755);
	(void)mkdir("shm", 0755);
	(void)mount("devpts", "pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=620");
	(void)mount("tmpfs", "shm", "tmpfs", 0, "mode=1777");
	(void)mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
}

static void mount_bare(void)
{
	(void)mount(NULL, "/", NULL, PRIVATE_RECURSIVE, NULL);
	(void)mount("proc", "/proc", "proc", 0, NULL);
}

/* The innermost level is the program itself, or has it as its child, as a sandbox has. */
static int nest(int levels, bool as_shim, char **program)
{
	int status;

	for (int level = 0; level < levels; level++) {
		pid_t child = clone_new();

		if (child < 0)
			return 1;
		if (child > 0) {
			(void)waitpid(child, &status, 0);
			return 0;
		}
		if (as_shim)
			mount_as_shim(level == 0);
		else
			mount_bare();
	}
	if (!as_shim || vfork() == 0) {
		(void)execv(program[0], program);
		_exit(127);
	}
	(void)wait(&status);
	return 0;
}

/* `count` at once, each in namespaces of its own or in the caller's. */
static int side_by_side(int count, bool in_sandboxes, char **program)
{
	for (int i = 0; i < count; i++) {
		pid_t child = in_sandboxes ? clone_new() : vfork();

		if (child != 0)
			continue;
		if (in_sandboxes)
			mount_bare();
		(void)execv(program[0], program);
		_exit(127);
	}
	while (wait(NULL) > 0)
		continue;
	return 0;
}

/* floor bare|same LEVELS PROGRAM…, floor processes|sandboxes COUNT PROGRAM… */
int main(int count, char **arguments)
{
	const char *what = count > 3 ? arguments[1] : "";
	int number = count > 3 ? atoi(arguments[2]) : 0;
	char **program = arguments + 3;

	if (strcmp(what, "bare") == 0 || strcmp(what, "same") == 0)
		return nest(number, what[0] == 's', program);
	if (strcmp(what, "processes") == 0 || strcmp(what, "sandboxes") == 0)
		return side_by_side(number, what[0] == 's', program);
	fprintf(stderr, "floor: what floor?\n");
	return 64;
}
