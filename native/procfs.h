/* procfs.h - reading single files of a process from procfs. */
#ifndef PROCFS_H
#define PROCFS_H

#include <stdint.h>
#include <sys/types.h>

/* PID_MAX_LIMIT of 64-bit kernels. Source: proc_sys_kernel(5). */
#define PID_LIMIT 4194304u

/*
 * The text of `name` in the directory of `pid`, ended by NUL and cut at `size`; `proc` is a
 * descriptor of procfs. Returns its length, -1 if the process is gone.
 */
ssize_t procfs_read(int proc, uint32_t pid, const char *name, char *text, size_t size);

/* The decimal number at *text, white space before it skipped; *text then stands behind it. */
uint64_t procfs_number(const char **text);

#endif
