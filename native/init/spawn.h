/* spawn.h - starting the process of a slot, without waiting for it. */
#ifndef SPAWN_H
#define SPAWN_H

#include "init/exec.h"

/*
 * Runs as the first process of a sandbox whose init is the shim; never returns. Set by main, so
 * that spawn does not depend on what an init does.
 */
typedef void spawn_init_entry(struct run *run, uint32_t sandbox);

/*
 * What a starting process, or the helper that makes it, says to its supervisor, each as one message
 * of a SOCK_SEQPACKET socket. The supervisor answers with one byte where it is waited for. The end
 * of the socket says that the program runs, or that the slot holds a fault.
 */
enum start_kind {
	START_HELPER, /* a second helper: pids[0], as the supervisor sees it */
	START_BORN, /* the process: its PIDs by level; it waits for the answer */
	START_BUILT, /* an own init whose sandbox stands: it waits to be let on */
};

struct start_message {
	enum start_kind kind;
	uint32_t pids[SBX_PIDS_MAX];
};

/* One start. Lives on the stack of who carries it out. */
struct spawn {
	struct run *run;
	uint32_t slot;
	uint32_t sandbox;
	const struct image_slot *record;
	const struct image_sandbox *planned;
	spawn_init_entry *init;
	struct exec_request exec;
	int start; /* the process's end of the socket to its supervisor; -1 without one */
	bool is_first; /* the first process of its sandbox: it builds it */
	bool is_helped; /* a helper makes it, which has joined the sandboxes around it */
};

/* A start that is under way, as its supervisor knows it. */
struct spawned {
	pid_t pid; /* the process, a child of the caller; 0: a helper makes it */
	uint32_t outermost; /* its PID at level 0; 0: not known */
	pid_t helper; /* the helper, a child of the caller; 0 without one */
	int start; /* the supervisor's end of the socket, non-blocking; -1 without one */
};

/*
 * Whether the process of `slot` can be put into its place now: the own inits of the sandboxes around
 * it, up to its supervisor's, are there or have ended.
 */
bool spawn_is_possible(const struct run *run, uint32_t slot);

/* Whether a helper makes the process: an own init is between it and its supervisor. */
bool spawn_needs_helper(const struct run *run, uint32_t slot);

/*
 * Starts the process of `slot`, a child of the caller, which must be the slot's supervisor. Waits
 * for nothing that the process does. A helper gets its reserved PIDs only with `reserved_pids`:
 * another one that still lives may have them. Returns 0, or -1 with the fault in the slot; then
 * there is no child.
 */
int spawn_slot(struct run *run, uint32_t slot, spawn_init_entry *init, bool reserved_pids,
	       struct spawned *spawned);

/*
 * In whoever makes the process: clones it, in the caller's namespaces and the new ones of its
 * sandbox; `extra_flags` is CLONE_PARENT in a helper. Returns its PID as the caller sees it, or 0
 * with the fault in the slot. Through `pidfd`, if not NULL, a pidfd of it.
 */
pid_t spawn_clone(struct spawn *spawn, uint64_t extra_flags, int *pidfd);

void spawn_set_fault(const struct spawn *spawn, const struct sbx_error *error);

#endif
