/* run_dir.h - the directory of a run: held by a lock for as long as the monitor lives. */
#ifndef RUN_DIR_H
#define RUN_DIR_H

#include "core/shared.h"

/*
 * Opens the directory at `path`, which the runner has made, and locks it, before the table is made in it.
 * Whoever cannot get the lock knows that the run lives, whatever PID namespace it looks from.
 * Errors: STEP_RUN_DIR_OPEN; ENOENT where it has been removed since.
 */
int run_dir_take(const char *path, struct sbx_error *error);

/* Moves both descriptors to FD_RUN_DIR and FD_LOCK, which children close. */
int run_dir_install_fds(struct sbx_error *error);

/*
 * Removes what is in it, and the directory at `path` if that is still the same one: in the
 * meantime it could have been removed, and the name taken by another run.
 */
void run_dir_remove(const char *path);

/* Leaves it, with the plan, the last state table and the logs of a detached run that has ended. */
void run_dir_leave(void);

/*
 * `sandbox-shim runs BASE...`: removes what dead runs have left in these directories, and prints `live`
 * or, of a detached run, `ended`, a blank and the path of each other one, ended by NUL. Returns the exit
 * code.
 */
int run_dirs_main(int count, char **bases);

/* `sandbox-shim remove PATH`: the directory of a run that has ended. Returns the exit code: 0, or that it lives or is none. */
int run_dir_remove_main(const char *path);

#endif
