/** Limits that the kernel sets and that no host can raise. Pure. */

/** Deepest level of a PID namespace, the runner's own being level 0. Source: pid_namespaces(7). */
export const PID_LEVEL_MAX = 32;

/** User namespaces below the initial one. Source: user_namespaces(7), tried. */
export const USER_LEVEL_MAX = 33;

/** Largest PID that is ever given: one below PID_MAX_LIMIT of 64-bit kernels. Source: proc(5). */
export const PID_MAX = 4_194_303;

/** Largest signal number. Source: signal(7). */
export const SIGNAL_MAX = 64;

/** Largest user or group id: all ones means "no id" to chown(2) and setresuid(2). */
export const ID_MAX = 4_294_967_294;

/** Characters of a host or domain name. Source: __NEW_UTS_LEN, uname(2). */
export const UTS_NAME_MAX = 64;
