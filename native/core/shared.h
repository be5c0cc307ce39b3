/* shared.h - what every shim process of one run shares: plan, table and well-known descriptors. */
#ifndef SHARED_H
#define SHARED_H

#include <sys/resource.h>
#include <sys/types.h>

#include "core/plan.h"
#include "core/table.h"

/*
 * Descriptors the shim keeps for its whole life, at fixed numbers, so that a child can close all
 * others without a list. Workloads get none of them. A number that is not in use holds /dev/null, so
 * that no pipe can take it.
 */
enum {
	FD_CONTROL = 100, /* stream to and from the runner; the monitor's alone */
	FD_LOG_IN, /* the monitor's end of FD_LOG; the monitor's alone */
	FD_LOCK, /* locked while the run lives (flock); the monitor's alone */
	FD_RUN_DIR, /* O_PATH, directory of the run; the monitor's alone */
	FD_PROC, /* O_PATH, procfs of level 0 */
	FD_NOTIFY_UP, /* eventfd: an observed half changed */
	FD_NOTIFY_DOWN, /* eventfd: a desired half changed */
	FD_MONITOR, /* pidfd of the monitor: readable once it is dead */
	FD_LOG, /* seqpacket to the monitor, for the read ends of output pipes */
	FD_OOM_SCORE, /* oom_score_adj of the shim process itself, where it may write it */
	FD_NULL, /* /dev/null */
	FD_DEBUG, /* where SANDBOX_DEBUG asks for lines; a process that starts closes it first */
	FD_START, /* in a starting process: its socket to the supervisor */
	FD_USERNS, /* user namespace that this sandbox's processes enter, if they must */
	FD_NEEDED, /* in a helper: one more that it was made for */
	FD_PIDNS, /* FD_PIDNS + level: PID namespace of that level */
	FD_LAST = FD_PIDNS + SBX_LEVEL_MAX,
};

struct run {
	struct plan plan;
	struct table table;
	const char *spec_dir; /* the processes' default directory where visible; never NULL */
	const char *runs_dir; /* absolute: where the directories of runs are; NULL: not known */
	char **environment; /* the caller's, for inherit_env */
	struct rlimit descriptors; /* the caller's RLIMIT_NOFILE, restored for workloads */
	int *guarded; /* where the pidfd of the root's init goes; shared with the guard, if there is one */
	uid_t uid; /* the caller's */
	gid_t gid;
	bool runner_gone; /* the runner died before the run ended */
	bool has_run_dir; /* FD_RUN_DIR is the directory of the run */
	bool has_control; /* a runner listens */
	bool is_detached; /* the run lives on without any client, and keeps its output in files */
	bool takes_output; /* output comes to the monitor: for a runner, or to be kept */
	bool is_observed; /* others can read the state table */
	bool keeps_groups; /* setgroups(2) is denied, so the caller's groups stay */
	bool userns_first; /* the root sandbox's init itself enters a new user namespace */
	bool pids_ordered; /* set_tid is refused here: the kernel chooses PIDs */
	bool mask_proc; /* the caller is root: procfs files that act on the host are read-only */
};

/* Wakes the monitor to look at dirty_up, or the inits to look at dirty_down. */
void run_notify(int fd);

/*
 * Puts /dev/null in the place of the standard streams: the caller's terminal, or a pipe that somebody
 * reads to its end, is not for a run that lives on.
 */
void run_leave_streams(void);

/* In a new init: closes what is the parent's alone, and every descriptor not named above. */
void run_leave_parent(void);

/*
 * In a helper that makes or maps a user namespace: closes all but the standard streams, FD_PROC,
 * FD_START, FD_USERNS and FD_NEEDED. Returns -1 with errno.
 */
int run_close_but_helpers(void);

/* Moves `fd` to the fixed number, close-on-exec. Consumes fd. Returns -1 with errno. */
int fd_install(int fd, int number);

/* CLONE_ flags for a bitmask of namespace kinds, as `namespaces_new`. */
uint64_t run_clone_flags(uint32_t namespaces);

/*
 * Closes all descriptors above the fixed numbers, which end with the plan's deepest level, and gives
 * every one of these that is free to /dev/null. Returns -1 with errno.
 */
int run_reserve_numbers(const struct plan *plan);

/* Whether a new sandbox gets a user namespace that its init makes but does not live in. */
bool run_userns_apart(const struct run *run, uint32_t sandbox);

/*
 * Whether processes of `sandbox` enter a user namespace right before their program: its own, or the
 * nearest one above, that no init lives in. It is at FD_USERNS then. SBX_NONE: the run has none.
 */
bool run_enters_userns(const struct run *run, uint32_t sandbox);

#endif
