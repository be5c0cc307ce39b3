/* own_file.h - files of the shim process itself in procfs, which are root's while it hides. */
#ifndef OWN_FILE_H
#define OWN_FILE_H

#include <stdbool.h>

/*
 * Opens a file below level 0's procfs, such as "self/timens_offsets". Of who may not be looked into
 * these are root's, so a caller that is not root may be looked into while it opens one. It does so
 * only where nobody is there to look: `is_alone` says that no workload is in the run yet, and who has
 * capabilities cannot be looked into by a workload, which has none. Source: ptrace(2), access mode
 * checking; proc_pid(5). Returns a descriptor or -1 with errno.
 */
int own_file_open(const char *path, int flags, bool is_alone);

#endif
