/* procfs.c - reading what procfs has of a process. */
#define _GNU_SOURCE
#include "core/procfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Some 60 lines; the longest are the PIDs of 32 levels, and the CPU and memory masks. */
#define STATUS_SIZE 8192

int procfs_open(int proc, uint32_t pid, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%u/%s", pid, name);
	return openat(proc, path, O_RDONLY | O_CLOEXEC);
}

static ssize_t read_text(int fd, char *text, size_t size)
{
	ssize_t count;

	if (fd < 0)
		return -1;
	count = read(fd, text, size - 1);
	(void)close(fd);
	text[count > 0 ? count : 0] = '\0';
	return count;
}

ssize_t procfs_read(int proc, uint32_t pid, const char *name, char *text, size_t size)
{
	return read_text(procfs_open(proc, pid, name), text, size);
}

ssize_t procfs_text(int proc, const char *path, char *text, size_t size)
{
	return read_text(openat(proc, path, O_RDONLY | O_CLOEXEC), text, size);
}

uint64_t procfs_number(const char **text)
{
	uint64_t number = 0;

	while (**text == ' ' || **text == '\t')
		(*text)++;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		number = number * 10 + (uint64_t)(**text - '0');
	return number;
}

/* The name stands in parentheses and may hold any character; fields 3 to 6, 20, 22 are what follows. */
bool procfs_read_stat(int fd, struct procfs_stat *stat)
{
	char text[1024];
	const char *open, *at;
	ssize_t size = read(fd, text, sizeof(text) - 1);

	text[size > 0 ? size : 0] = '\0';
	open = strchr(text, '(');
	at = strrchr(text, ')');
	if (open == NULL || at == NULL || at[1] == '\0')
		return false;

	size_t length = (size_t)(at - open - 1);

	*stat = (struct procfs_stat){ .state = at[2] };
	memcpy(stat->comm, open + 1, length < 15 ? length : 15);
	at += 3;
	stat->parent = (uint32_t)procfs_number(&at);
	stat->group = (uint32_t)procfs_number(&at);
	stat->session = (uint32_t)procfs_number(&at);
	for (int field = 7; field <= 21 && at != NULL; field++) {
		at = strchr(at + 1, ' ');
		if (field == 19 && at != NULL) {
			const char *threads = at;

			stat->threads = (uint32_t)procfs_number(&threads);
		}
	}
	if (at == NULL)
		return false;
	stat->start_ticks = procfs_number(&at);
	return true;
}

bool procfs_stat(int proc, uint32_t pid, struct procfs_stat *stat)
{
	int fd = procfs_open(proc, pid, "stat");
	bool is_read = fd >= 0 && procfs_read_stat(fd, stat);

	if (fd >= 0)
		(void)close(fd);
	return is_read;
}

/* The text is as "pid:[4026531836]". Source: namespaces(7). */
uint32_t procfs_namespace(int proc, uint32_t pid, const char *name)
{
	char path[64], text[64];
	const char *at;
	ssize_t size;

	(void)snprintf(path, sizeof(path), "%u/ns/%s", pid, name);
	size = readlinkat(proc, path, text, sizeof(text) - 1);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	at = strchr(text, '[');
	if (at++ == NULL)
		return 0;
	return (uint32_t)procfs_number(&at);
}

int procfs_pids_in(const char *text, uint32_t pids[SBX_PIDS_MAX])
{
	const char *line = strstr(text, "\nNSpid:");
	int count = 0;

	if (line == NULL)
		return 0;
	for (line += 7; *line == '\t' && count < SBX_PIDS_MAX;)
		pids[count++] = (uint32_t)procfs_number(&line);
	return count;
}

int procfs_pids(int proc, uint32_t pid, uint32_t pids[SBX_PIDS_MAX])
{
	static char text[STATUS_SIZE];

	if (procfs_read(proc, pid, "status", text, sizeof(text)) <= 0)
		return -1;
	return procfs_pids_in(text, pids) - 1;
}
