/* floor.c - the physical floors: the system calls that are needed, and nothing else. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/memfd.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
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

/* The mounts of a default sandbox, in as few calls as we know of. */
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
	(void)mount("tmpfs", "/run", "tmpfs", 0, "mode=755");
}

/* The executable in sealed memory, and no keys of the caller's: what the shim does before all else. */
static void seal_as_shim(char **arguments)
{
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat status;
	int copy;

	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (fcntl(self, F_GET_SEALS) > 0) {
		(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
		return;
	}
	copy = (int)syscall(SYS_memfd_create, "floor", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	(void)fstat(self, &status);
	(void)sendfile(copy, self, NULL, (size_t)status.st_size);
	(void)fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	(void)syscall(SYS_execveat, copy, "", arguments, environ, AT_EMPTY_PATH);
}

/* What the processes of a sandbox inherit: no capability to gain, and a filter of one rule. */
static void bound_as_shim(void)
{
	static struct sock_filter filter[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	static const struct sock_fprog program = { .len = 1, .filter = filter };

	for (int capability = 0; capability <= CAP_LAST_CAP; capability++)
		(void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
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
		if (as_shim && level == 0)
			bound_as_shim();
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

	if (strcmp(what, "same") == 0)
		seal_as_shim(arguments);
	if (strcmp(what, "bare") == 0 || strcmp(what, "same") == 0)
		return nest(number, what[0] == 's', program);
	if (strcmp(what, "processes") == 0 || strcmp(what, "sandboxes") == 0)
		return side_by_side(number, what[0] == 's', program);
	fprintf(stderr, "floor: what floor?\n");
	return 64;
}
