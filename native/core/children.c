/* children.c - signals for all children of a process, adopted ones too. */
#define _GNU_SOURCE
#include "core/children.h"

#include <fcntl.h>
#include <string.h>

#include "core/shared.h"
#include "core/sys.h"

/* PIDs read at once from procfs. */
#define CHILDREN_TEXT_SIZE 4096
/* More than /proc/PID/stat has up to the state. */
#define STAT_SIZE 128

/* The list of children of a process with one thread, such as "12 34 ", as level 0 numbers them. */
static ssize_t read_children(uint32_t pid, char *text, size_t size)
{
	char name[64] = "thread-self/children";
	ssize_t count;
	int fd;

	if (pid != 0)
		(void)snprintf(name, sizeof(name), "%u/task/%u/children", pid, pid);
	fd = openat(FD_PROC, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	count = read(fd, text, size - 1);
	(void)close(fd);
	/* A number cut at the end of a full buffer could be another process's. */
	if (count == (ssize_t)size - 1)
		while (count > 0 && text[count - 1] != ' ')
			count--;
	text[count > 0 ? count : 0] = '\0';
	return count;
}

/* Whether the process of a procfs directory has ended already. Its name may hold anything. */
static bool is_zombie(int directory)
{
	char text[STAT_SIZE];
	int fd = openat(directory, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *end;

	if (fd >= 0)
		(void)close(fd);
	if (size <= 0)
		return true;
	text[size] = '\0';
	end = strrchr(text, ')');
	return end == NULL || end[1] == '\0' || end[2] == 'Z' || end[2] == 'X';
}

unsigned int children_signal(uint32_t pid, int number)
{
	char text[CHILDREN_TEXT_SIZE];
	char *rest = text;
	unsigned int count = 0;

	if (read_children(pid, text, sizeof(text)) <= 0)
		return 0;
	for (char *child = strsep(&rest, " "); child != NULL; child = strsep(&rest, " ")) {
		int fd = *child == '\0' ? -1 :
					  openat(FD_PROC, child, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			continue;
		/* A directory of procfs serves as a pidfd. Source: pidfd_send_signal(2). */
		if (!is_zombie(fd) && sys_pidfd_send_signal(fd, number) == 0)
			count++;
		(void)close(fd);
	}
	return count;
}
