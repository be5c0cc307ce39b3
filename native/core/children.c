/* children.c - signals for all children of a process, adopted ones too. */
#define _GNU_SOURCE
#include "core/children.h"

#include <fcntl.h>
#include <string.h>

#include "core/procfs.h"
#include "core/shared.h"
#include "core/sys.h"

/* PIDs read at once from procfs. */
#define CHILDREN_TEXT_SIZE 4096
/* More than /proc/PID/stat has up to the process group. */
#define STAT_SIZE 256

/* The list of children of a process with one thread, such as "12 34 ", as level 0 numbers them. */
static int open_list(uint32_t pid)
{
	char name[64] = "thread-self/children";

	if (pid != 0)
		(void)snprintf(name, sizeof(name), "%u/task/%u/children", pid, pid);
	return openat(FD_PROC, name, O_RDONLY | O_CLOEXEC);
}

/*
 * State and process group of a procfs directory, as proc_pid_stat(5) has them after the name, which
 * may hold anything. False where it has ended.
 */
static bool read_stat(struct child_process *child)
{
	char text[STAT_SIZE];
	int fd = openat(child->directory, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *at;

	if (fd >= 0)
		(void)close(fd);
	if (size <= 0)
		return false;
	text[size] = '\0';
	at = strrchr(text, ')');
	if (at == NULL || at[1] == '\0' || at[2] == 'Z' || at[2] == 'X')
		return false;
	at += 3;
	(void)procfs_number(&at); /* the parent */
	child->group = (uint32_t)procfs_number(&at);
	return true;
}

static bool visit_one(uint32_t pid, child_visit *visit, void *context)
{
	struct child_process child = { .pid = pid };
	char name[16];
	bool counts;

	(void)snprintf(name, sizeof(name), "%u", pid);
	child.directory = openat(FD_PROC, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (child.directory < 0)
		return false;
	counts = read_stat(&child) && visit(context, &child);
	(void)close(child.directory);
	return counts;
}

/* One character after the other, as a read may end in the middle of a number. */
unsigned int children_visit(uint32_t pid, child_visit *visit, void *context)
{
	char text[CHILDREN_TEXT_SIZE];
	int fd = open_list(pid);
	uint32_t number = 0;
	unsigned int count = 0;
	ssize_t size;

	while (fd >= 0 && (size = read(fd, text, sizeof(text))) > 0) {
		for (ssize_t i = 0; i < size; i++) {
			if (text[i] != ' ') {
				number = number * 10 + (uint32_t)(text[i] - '0');
				continue;
			}
			count += visit_one(number, visit, context);
			number = 0;
		}
	}
	if (fd >= 0)
		(void)close(fd);
	return count;
}

/* A directory of procfs serves as a pidfd. Source: pidfd_send_signal(2). */
static bool send(void *number, const struct child_process *child)
{
	return sys_pidfd_send_signal(child->directory, *(const int *)number) == 0;
}

unsigned int children_signal(uint32_t pid, int number)
{
	return children_visit(pid, send, &number);
}
