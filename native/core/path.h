/* path.h - paths that a workload may have had a hand in, walked once and never through procfs. */
#ifndef PATH_H
#define PATH_H

#include <stdint.h>

/*
 * As openat2(2) with RESOLVE_NO_MAGICLINKS: no component leads through /proc/PID/fd, exe, cwd or
 * root, whatever links lie on the way. `flags` and `mode` as of open(2); close-on-exec is added.
 * Returns a descriptor, or -1 with errno: ELOOP where a component is such a link.
 */
int path_open(const char *path, int flags, unsigned int mode);

/*
 * Makes the directory the working directory. Fails with ELOOP as path_open, and with EACCES where
 * it is not below the caller's root: getcwd(2) then gives no absolute path. Source: CVE-2024-21626.
 */
int path_enter(const char *path);

#endif
