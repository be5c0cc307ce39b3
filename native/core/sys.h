/* sys.h - system calls that this libc does not wrap, or wraps with more than we want. */
#ifndef SYS_H
#define SYS_H

#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "core/sbx.h"

/* Arguments of sys_clone beyond flags. All by-level arrays of ours are outermost-first. */
struct sys_clone {
	uint64_t flags; /* CLONE_*, exit signal not included */
	int exit_signal; /* 0 with CLONE_PARENT: the kernel takes the caller's */
	const uint32_t *pids; /* requested PID by level, 0 where none; may be NULL */
	int level; /* of the child's PID namespace */
	int *pidfd; /* NULL: none is made */
};

/* As fork(2), through clone3(2). Returns 0 in the child, its PID in the parent, -1 on error. */
pid_t sys_clone(const struct sys_clone *request);

/*
 * Whether clone3(2) may be called here and knows set_tid: asked for more PIDs than there are levels,
 * it then says EINVAL. Kernels before 5.5 say E2BIG, filters what they like.
 */
bool sys_has_set_tid(void);

int sys_pidfd_open(pid_t pid);
int sys_pidfd_send_signal(int pidfd, int number);
int sys_close_range(unsigned int first, unsigned int last);

/* Sets of the caller's, a bit a capability. Source: capget(2). */
struct sys_capabilities {
	uint64_t effective;
	uint64_t permitted;
};

int sys_capabilities(struct sys_capabilities *capabilities);
int sys_capset_none(void);

/* ioctl(2) with the request as wide as the kernel takes it: C libraries differ. */
int sys_ioctl(int fd, unsigned long request, long argument);

/* getrlimit(2) and setrlimit(2) of the caller, by the number that a plan has for the limit. */
int sys_get_limit(uint32_t resource, struct rlimit *limit);
int sys_set_limit(uint32_t resource, const struct rlimit *limit);

/* CLOCK_MONOTONIC in nanoseconds, as the monitor has it, whatever time namespace the caller is in. */
uint64_t sys_now(void);

/* CLOCK_REALTIME in nanoseconds. */
uint64_t sys_wall_time(void);

/* The caller has entered a time namespace whose clock is so far ahead of the one around it. */
void sys_clock_is_ahead(int64_t ns);

/* The exit code in a wait status, or 128 and the signal's number, as a shell has it. */
int sys_exit_code(int status);

/* Sends a signal through a pidfd. `pid` must be an unreaped child of the caller, or the caller. */
int sys_signal_child(pid_t pid, int number);

#endif
