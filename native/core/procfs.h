/* procfs.h - reading what procfs has of a process. */
#ifndef PROCFS_H
#define PROCFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gen/layout.gen.h"

/* PID_MAX_LIMIT of 64-bit kernels. Source: proc_sys_kernel(5). */
#define PID_LIMIT 4194304u

/* Source: proc_pid_stat(5). */
struct procfs_stat {
	uint32_t parent;
	uint32_t group;
	uint32_t session;
	uint32_t threads;
	char state;
	char comm[16]; /* ended by NUL */
	uint64_t start_ticks; /* since boot; with the PID it names a process for good */
};

/*
 * In all of these `proc` is a descriptor of procfs, and failure means that the process is gone, or
 * may not be seen.
 */

/* Opens `name` of `pid`. Reading fails once that process is gone, even if its PID is used again. */
int procfs_open(int proc, uint32_t pid, const char *name);

/* The text of `name`, ended by NUL and cut at `size`. Returns its length or -1. */
ssize_t procfs_read(int proc, uint32_t pid, const char *name, char *text, size_t size);

/* The same of a file that is of no process. */
ssize_t procfs_text(int proc, const char *path, char *text, size_t size);

/* The same from an open stat file. */
bool procfs_read_stat(int fd, struct procfs_stat *stat);

bool procfs_stat(int proc, uint32_t pid, struct procfs_stat *stat);

/*
 * The PIDs by level, outermost first, in a text that has a line NSpid: a status, or the fdinfo of a
 * pidfd. Returns how many; 0 where there is no such line. Source: proc_pid_status(5).
 */
int procfs_pids_in(const char *text, uint32_t pids[SBX_PIDS_MAX]);

/* PIDs at each level, outermost first. Returns the level it lives at, or -1. */
int procfs_pids(int proc, uint32_t pid, uint32_t pids[SBX_PIDS_MAX]);

/*
 * Inode of one of its namespaces, by the name in /proc/PID/ns; 0 where it may not be seen. From the
 * text of the link, at half of what following it takes.
 */
uint32_t procfs_namespace(int proc, uint32_t pid, const char *name);

/* The decimal number at *text, white space before it skipped; *text then stands behind it. */
uint64_t procfs_number(const char **text);

#endif
