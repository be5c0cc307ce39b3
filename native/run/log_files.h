/* log_files.h - what workloads print, kept in files of a detached run's directory. */
#ifndef LOG_FILES_H
#define LOG_FILES_H

#include "core/shared.h"

/* Files that are open at a time; beside them the directory. */
#define LOG_FILES_OPEN_MAX 16
#define LOG_FILES_DESCRIPTORS (LOG_FILES_OPEN_MAX + 1)

/*
 * Makes the directory `logs` in FD_RUN_DIR, in a detached run; in any other there is nothing to do. A
 * slot's files are SLOT.1, SLOT.2 ...: of these the last SBX_LOG_FILE_COUNT are kept, each of at most so
 * many bytes that the run's stay below SBX_LOG_RUN_SIZE_MAX and below a quarter of the file system.
 * Errors: STEP_LOG_FILES.
 */
int log_files_open(const struct run *run, struct sbx_error *error);

/*
 * Appends a frame of kind `log`, where output is kept, and its bytes to the newest file of its slot, or to a new one where that
 * is full. What cannot be kept, as on a full disk, leaves a gap between the positions of the frames
 * around it, and is noted in the slot; the next frame is tried anew.
 */
void log_files_keep(const struct frame *frame, const void *bytes);

#endif
