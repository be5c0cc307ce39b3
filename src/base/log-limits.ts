/** How much of what the processes of a detached run print is kept. Pure. */

/** Files of one process: the newest, and those before it. */
export const LOG_FILE_COUNT = 3;

/** Bytes of one file at most, and at least where a run has many processes. */
export const LOG_FILE_SIZE_MAX = 10 * 1024 * 1024;
export const LOG_FILE_SIZE_MIN = 128 * 1024;

/** Bytes of all logs of a run, up to as many processes as have files of the smallest size. */
export const LOG_RUN_SIZE_MAX = 256 * 1024 * 1024;
