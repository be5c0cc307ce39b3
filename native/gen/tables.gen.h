/* Generated from src/base, src/fields and src/wire by `npm run gen`; do not edit. */
#ifndef TABLES_GEN_H
#define TABLES_GEN_H

/* Exit codes of `sandbox` and of the shim: src/base/exit-codes.ts. */
#define SBX_EXIT_OK 0
#define SBX_EXIT_FAILED 1
#define SBX_EXIT_SPEC 2
#define SBX_EXIT_HOST 3
#define SBX_EXIT_BUG 101
#define SBX_EXIT_USAGE 64
#define SBX_EXIT_INTERRUPTED 130
#define SBX_EXIT_EXEC 127

#define SBX_RUN_FILES "table", "trace", "plan", "control", "lock"

/* X(kind, CLONE_ flag, name in /proc/PID/ns): src/base/namespace-kinds.ts. */
#define SBX_NAMESPACES(X) \
	X(NAMESPACE_PID, CLONE_NEWPID, "pid") \
	X(NAMESPACE_USER, CLONE_NEWUSER, "user") \
	X(NAMESPACE_MOUNT, CLONE_NEWNS, "mnt") \
	X(NAMESPACE_IPC, CLONE_NEWIPC, "ipc") \
	X(NAMESPACE_UTS, CLONE_NEWUTS, "uts") \
	X(NAMESPACE_NET, CLONE_NEWNET, "net") \
	X(NAMESPACE_CGROUP, CLONE_NEWCGROUP, "cgroup") \
	X(NAMESPACE_TIME, CLONE_NEWTIME, "time")

/* Kinds that are not made by a clone. */
#define SBX_LATE_KINDS (1u << NAMESPACE_TIME)

/* X(kind, KIND, member of struct nsproxy, struct that it points to). */
#define SBX_NSPROXY(X) \
	X(NAMESPACE_MOUNT, MOUNT, "mnt_ns", "mnt_namespace") \
	X(NAMESPACE_IPC, IPC, "ipc_ns", "ipc_namespace") \
	X(NAMESPACE_UTS, UTS, "uts_ns", "uts_namespace") \
	X(NAMESPACE_NET, NET, "net_ns", "net") \
	X(NAMESPACE_CGROUP, CGROUP, "cgroup_ns", "cgroup_namespace") \
	X(NAMESPACE_TIME, TIME, "time_ns", "time_namespace")

/* Whom a failed step speaks of. */
enum step_scope {
	SCOPE_IMAGE,
	SCOPE_HOST,
	SCOPE_PROCESS,
};

/* X(step, name, scope), in order: src/wire/steps.ts. */
#define SBX_STEPS(X) \
	X(STEP_NONE, "none", SCOPE_HOST) \
	X(STEP_IMAGE_OPEN, "image_open", SCOPE_IMAGE) \
	X(STEP_IMAGE_KIND, "image_kind", SCOPE_IMAGE) \
	X(STEP_IMAGE_SIZE, "image_size", SCOPE_IMAGE) \
	X(STEP_IMAGE_MAGIC, "image_magic", SCOPE_IMAGE) \
	X(STEP_IMAGE_VERSION, "image_version", SCOPE_IMAGE) \
	X(STEP_IMAGE_SECTION, "image_section", SCOPE_IMAGE) \
	X(STEP_IMAGE_RECORD, "image_record", SCOPE_IMAGE) \
	X(STEP_TABLE_RESERVE, "table_reserve", SCOPE_HOST) \
	X(STEP_TABLE_MAP, "table_map", SCOPE_HOST) \
	X(STEP_RUN_DIR_OPEN, "run_dir_open", SCOPE_HOST) \
	X(STEP_MEMORY, "memory", SCOPE_HOST) \
	X(STEP_RESERVE_DESCRIPTORS, "reserve_descriptors", SCOPE_HOST) \
	X(STEP_DESCRIPTOR_LIMIT, "descriptor_limit", SCOPE_HOST) \
	X(STEP_SEAL, "seal", SCOPE_HOST) \
	X(STEP_CONTROL_LISTEN, "control_listen", SCOPE_HOST) \
	X(STEP_CONTROL_OPEN, "control_open", SCOPE_HOST) \
	X(STEP_PROC_OPEN, "proc_open", SCOPE_HOST) \
	X(STEP_LOG_SOCKET, "log_socket", SCOPE_HOST) \
	X(STEP_NOTIFY_OPEN, "notify_open", SCOPE_HOST) \
	X(STEP_MONITOR_PIDFD, "monitor_pidfd", SCOPE_HOST) \
	X(STEP_NULL_OPEN, "null_open", SCOPE_HOST) \
	X(STEP_EPOLL, "epoll", SCOPE_HOST) \
	X(STEP_SIGNALFD, "signalfd", SCOPE_HOST) \
	X(STEP_TIMER, "timer", SCOPE_HOST) \
	X(STEP_SUBREAPER, "subreaper", SCOPE_HOST) \
	X(STEP_DEATH_SIGNAL, "death_signal", SCOPE_HOST) \
	X(STEP_NOT_DUMPABLE, "not_dumpable", SCOPE_HOST) \
	X(STEP_CLONE_INIT, "clone_init", SCOPE_HOST) \
	X(STEP_CLONE_PROCESS, "clone_process", SCOPE_HOST) \
	X(STEP_PID_HELD, "pid_held", SCOPE_PROCESS) \
	X(STEP_CLONE_HELPER, "clone_helper", SCOPE_HOST) \
	X(STEP_CLONE_WATCHDOG, "clone_watchdog", SCOPE_HOST) \
	X(STEP_HELPER_SOCKET, "helper_socket", SCOPE_HOST) \
	X(STEP_HELPER_ENDED, "helper_ended", SCOPE_HOST) \
	X(STEP_START_SOCKET, "start_socket", SCOPE_HOST) \
	X(STEP_STARTS_WATCH, "starts_watch", SCOPE_HOST) \
	X(STEP_JOIN, "join", SCOPE_HOST) \
	X(STEP_JOIN_NOTHING, "join_nothing", SCOPE_HOST) \
	X(STEP_PIDS_READ, "pids_read", SCOPE_HOST) \
	X(STEP_PIDNS_OPEN, "pidns_open", SCOPE_HOST) \
	X(STEP_PROC_PID_OPEN, "proc_pid_open", SCOPE_HOST) \
	X(STEP_SETGROUPS_DENY, "setgroups_deny", SCOPE_HOST) \
	X(STEP_UID_MAP, "uid_map", SCOPE_HOST) \
	X(STEP_GID_MAP, "gid_map", SCOPE_HOST) \
	X(STEP_OWN_FILES, "own_files", SCOPE_HOST) \
	X(STEP_USERNS_MAKE, "userns_make", SCOPE_HOST) \
	X(STEP_USERNS_KEEP, "userns_keep", SCOPE_HOST) \
	X(STEP_NAMESPACES_MAKE, "namespaces_make", SCOPE_HOST) \
	X(STEP_NAMESPACE_OPEN, "namespace_open", SCOPE_HOST) \
	X(STEP_USERNS_ENTER, "userns_enter", SCOPE_HOST) \
	X(STEP_TIME_MAKE, "time_make", SCOPE_HOST) \
	X(STEP_TIME_OFFSETS, "time_offsets", SCOPE_HOST) \
	X(STEP_TIME_ENTER, "time_enter", SCOPE_HOST) \
	X(STEP_ROOT_READONLY, "root_readonly", SCOPE_HOST) \
	X(STEP_MOUNT_PROC, "mount_proc", SCOPE_HOST) \
	X(STEP_MOUNT_DEV, "mount_dev", SCOPE_HOST) \
	X(STEP_MOUNT_TMPFS, "mount_tmpfs", SCOPE_HOST) \
	X(STEP_MASK_PROC, "mask_proc", SCOPE_HOST) \
	X(STEP_HOSTNAME, "hostname", SCOPE_HOST) \
	X(STEP_DOMAINNAME, "domainname", SCOPE_HOST) \
	X(STEP_LOOPBACK, "loopback", SCOPE_HOST) \
	X(STEP_NULL_DEVICE, "null_device", SCOPE_HOST) \
	X(STEP_MOUNT_RUN, "mount_run", SCOPE_HOST) \
	X(STEP_HIDE_RUNS, "hide_runs", SCOPE_HOST) \
	X(STEP_SPEC_DIR, "spec_dir", SCOPE_HOST) \
	X(STEP_LAST_PID, "last_pid", SCOPE_HOST) \
	X(STEP_BOUNDING_SET, "bounding_set", SCOPE_HOST) \
	X(STEP_DROP_CAPABILITIES, "drop_capabilities", SCOPE_HOST) \
	X(STEP_READ_CAPABILITIES, "read_capabilities", SCOPE_HOST) \
	X(STEP_NO_NEW_PRIVS, "no_new_privs", SCOPE_HOST) \
	X(STEP_SECCOMP, "seccomp", SCOPE_HOST) \
	X(STEP_SESSION, "session", SCOPE_HOST) \
	X(STEP_LOG_PIPE, "log_pipe", SCOPE_HOST) \
	X(STEP_LOG_FILES, "log_files", SCOPE_HOST) \
	X(STEP_LOG_ACCOUNT, "log_account", SCOPE_HOST) \
	X(STEP_STDIN_OPEN, "stdin_open", SCOPE_PROCESS) \
	X(STEP_STDIN_TEXT, "stdin_text", SCOPE_PROCESS) \
	X(STEP_STDOUT_OPEN, "stdout_open", SCOPE_PROCESS) \
	X(STEP_STDERR_OPEN, "stderr_open", SCOPE_PROCESS) \
	X(STEP_STREAMS, "streams", SCOPE_HOST) \
	X(STEP_DESCRIPTORS_CLOSE, "descriptors_close", SCOPE_HOST) \
	X(STEP_INHERITED, "inherited", SCOPE_PROCESS) \
	X(STEP_LIMITS, "limits", SCOPE_PROCESS) \
	X(STEP_GROUPS, "groups", SCOPE_PROCESS) \
	X(STEP_GID, "gid", SCOPE_PROCESS) \
	X(STEP_UID, "uid", SCOPE_PROCESS) \
	X(STEP_NICE, "nice", SCOPE_PROCESS) \
	X(STEP_OOM_SCORE_ADJ, "oom_score_adj", SCOPE_PROCESS) \
	X(STEP_PARENT_DEATH_SIGNAL, "parent_death_signal", SCOPE_PROCESS) \
	X(STEP_IGNORE_SIGNALS, "ignore_signals", SCOPE_PROCESS) \
	X(STEP_CWD, "cwd", SCOPE_PROCESS) \
	X(STEP_EXEC, "exec", SCOPE_PROCESS)

/* What becomes known of a process that others wait for: src/base/wait-conditions.ts. */
enum wait_event {
	WAIT_EVENT_START = 1 << 0,
	WAIT_EVENT_FAILURE = 1 << 1,
	WAIT_EVENT_SUCCESS = 1 << 2,
};

/* X(condition, events of which any meets it). */
#define SBX_CONDITIONS(X) \
	X(CONDITION_STARTED, WAIT_EVENT_START) \
	X(CONDITION_EXITED, WAIT_EVENT_FAILURE | WAIT_EVENT_SUCCESS) \
	X(CONDITION_SUCCEEDED, WAIT_EVENT_SUCCESS)

/* X(name, check): numbers of `struct image_process`: src/fields/process-fields.ts. */
#define SBX_PROCESS_NUMBERS(X) \
	X(umask, value <= 0777) \
	X(nice, value == SBX_NO_INTEGER || (value >= -20 && value <= 19)) \
	X(oom_score_adj, value == SBX_NO_INTEGER || (value >= -1000 && value <= 1000)) \
	X(ignore_signals, !(value & 1ull << (SIGKILL - 1)) && !(value & 1ull << (SIGSTOP - 1))) \
	X(parent_death_signal, value <= SBX_SIGNAL_MAX) \
	X(timeout_ms, true) \
	X(essential, value <= 1)

/* X(name, step): fields that the supervisor gives, that need the shim's rights, that come last. */
#define SBX_FIELDS_BY_SUPERVISOR(X) \
	X(oom_score_adj, STEP_OOM_SCORE_ADJ)

#define SBX_FIELDS_BY_IDENTITY(X) \
	X(nice, STEP_NICE)

#define SBX_FIELDS_BY_EXEC(X) \
	X(ignore_signals, STEP_IGNORE_SIGNALS) \
	X(parent_death_signal, STEP_PARENT_DEATH_SIGNAL)

#define SBX_NO_INTEGER (-2147483647 - 1)

/* X(state, name), in order: src/wire/enums.ts. */
#define SBX_SLOT_STATES(X) \
	X(SLOT_STATE_PENDING, "pending") \
	X(SLOT_STATE_STARTING, "starting") \
	X(SLOT_STATE_RUNNING, "running") \
	X(SLOT_STATE_EXITED, "exited") \
	X(SLOT_STATE_FAILED, "failed") \
	X(SLOT_STATE_SKIPPED, "skipped")

/* X(errno): one name a number, the usual one. Source: errno(3). */
#define SBX_ERRNOS(X) \
	X(EPERM) \
	X(ENOENT) \
	X(ESRCH) \
	X(EINTR) \
	X(EIO) \
	X(ENXIO) \
	X(E2BIG) \
	X(ENOEXEC) \
	X(EBADF) \
	X(ECHILD) \
	X(EAGAIN) \
	X(ENOMEM) \
	X(EACCES) \
	X(EFAULT) \
	X(EBUSY) \
	X(EEXIST) \
	X(EXDEV) \
	X(ENODEV) \
	X(ENOTDIR) \
	X(EISDIR) \
	X(EINVAL) \
	X(ENFILE) \
	X(EMFILE) \
	X(ENOTTY) \
	X(ETXTBSY) \
	X(EFBIG) \
	X(ENOSPC) \
	X(ESPIPE) \
	X(EROFS) \
	X(EMLINK) \
	X(EPIPE) \
	X(EDOM) \
	X(ERANGE) \
	X(EDEADLK) \
	X(ENAMETOOLONG) \
	X(ENOLCK) \
	X(ENOSYS) \
	X(ENOTEMPTY) \
	X(ELOOP) \
	X(ENOMSG) \
	X(EIDRM) \
	X(ENOSTR) \
	X(ENODATA) \
	X(ETIME) \
	X(ENOSR) \
	X(ENOLINK) \
	X(EPROTO) \
	X(EMULTIHOP) \
	X(EBADMSG) \
	X(EOVERFLOW) \
	X(EILSEQ) \
	X(ENOTSOCK) \
	X(EDESTADDRREQ) \
	X(EMSGSIZE) \
	X(EPROTOTYPE) \
	X(ENOPROTOOPT) \
	X(EPROTONOSUPPORT) \
	X(ENOTSUP) \
	X(EAFNOSUPPORT) \
	X(EADDRINUSE) \
	X(EADDRNOTAVAIL) \
	X(ENETDOWN) \
	X(ENETUNREACH) \
	X(ENETRESET) \
	X(ECONNABORTED) \
	X(ECONNRESET) \
	X(ENOBUFS) \
	X(EISCONN) \
	X(ENOTCONN) \
	X(ETIMEDOUT) \
	X(ECONNREFUSED) \
	X(EHOSTUNREACH) \
	X(EALREADY) \
	X(EINPROGRESS) \
	X(ESTALE) \
	X(EDQUOT) \
	X(ECANCELED)

#endif
