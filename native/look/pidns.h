/* pidns.h - a table of PID namespaces, ours and those below it, and the PIDs in each. */
#ifndef PIDNS_H
#define PIDNS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A namespace is named by its index in the table. 0 is our own; others are added when a process in
 * them is first looked at. Each stays open, so the kernel cannot give its inode to another.
 */
#define PIDNS_OWN 0
#define PIDNS_NONE (-1)

/* `translates`: use the kernel's translation of PIDs (6.11 and later). Returns -1 with errno. */
int pidns_open(int proc, bool translates);

bool pidns_translates(void);

/*
 * The namespace that `pid` lives in; PIDNS_NONE where it may not be read or cannot be kept open.
 * *inode is 0 where even that may not be read.
 */
int pidns_of(uint32_t pid, uint32_t *inode);

int pidns_level(int pidns);
uint32_t pidns_inode(int pidns);

/* `pidns` itself or its ancestor, whichever is at `level`. */
int pidns_at_level(int pidns, int level);

/* The PID that `pid` has in `pidns`; 0: none, or not known. Needs no rights over the process. */
uint32_t pidns_pid(int pidns, uint32_t pid);

/* The PID, in our namespace, of the process that has `pid` in `pidns`; 0: none. procfs may hide it. */
uint32_t pidns_process(int pidns, uint32_t pid);

/* The index of a namespace that is in the table, by its inode; else PIDNS_NONE. */
int pidns_known(uint32_t inode);

/* Fills in the PIDs of each level down to that of `pidns`. False: the process has left it. */
bool pidns_pids(int pidns, uint32_t pid, uint32_t *pids);

/* A namespace of `level` in which `pid` is visible, else PIDNS_NONE. Looks at SEARCH_MAX only. */
int pidns_search(int level, uint32_t pid);

#endif
