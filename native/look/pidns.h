/* pidns.h - the PID namespaces around processes, up to our own, and their PIDs there. */
#ifndef PIDNS_H
#define PIDNS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A namespace is named by an index; 0 is our own, those below it are learnt as they are met. All of
 * them stay open, so that no inode is ever used again meanwhile.
 */
#define SPACE_OWN 0
#define SPACE_NONE (-1)

/* `translates`: the kernel may be asked for PIDs (from 6.11 on). Returns -1 with errno. */
int spaces_start(int proc, bool translates);

bool spaces_translate(void);

/*
 * The one that `pid` lives in; SPACE_NONE where that may not be seen, or cannot be kept open. Its
 * inode, where that much can be seen, else 0.
 */
int spaces_of(uint32_t pid, uint32_t *inode);

int spaces_level(int space);
uint32_t spaces_inode(int space);

/* The one at `level` that is, or is around, `space`. */
int spaces_at(int space, int level);

/* The PID that `pid` has in `space`; 0: none, or it cannot be asked for. Needs no right over it. */
uint32_t spaces_pid(int space, uint32_t pid);

/* The process here that has `pid` in `space`, whether procfs shows it or not; 0: there is none. */
uint32_t spaces_process(int space, uint32_t pid);

/* One that is known already, by its inode; else SPACE_NONE. */
int spaces_known(uint32_t inode);

/* PIDs at each level down to that of `space`. False: it does not live in it any more. */
bool spaces_pids(int space, uint32_t pid, uint32_t *pids);

/* One of that level in which `pid` is visible: then it lives there. Looks at a few only. */
int spaces_search(int level, uint32_t pid);

#endif
