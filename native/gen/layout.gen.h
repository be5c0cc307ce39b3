/* Generated from src/wire by `npm run gen`; do not edit. */
#ifndef LAYOUT_GEN_H
#define LAYOUT_GEN_H

#include <stddef.h>
#include <stdint.h>

#define SBX_WIRE_VERSION 0xe5d0526cu
#define SBX_NONE 0xffffffffu
#define SBX_LEVEL_MAX 32
#define SBX_SIGNAL_MAX 64
#define SBX_PIDS_MAX 33
#define SBX_USERS_MAX 34
#define SBX_SANDBOX_COUNT_MAX 65536
#define SBX_SLOT_COUNT_MAX 1065536
#define SBX_STRING_LIST_MAX 65535
#define SBX_IMAGE_SIZE_MAX 1073741824
#define SBX_ARGV_TEXT_MAX 31743
#define SBX_TRACE_SIZE_MAX 268435456
#define SBX_LOG_FILE_COUNT 3
#define SBX_LOG_FILE_SIZE_MAX 10485760
#define SBX_LOG_FILE_SIZE_MIN 131072
#define SBX_LOG_RUN_SIZE_MAX 268435456
#define SBX_IMAGE_MAGIC "SBXPLAN"
#define SBX_TABLE_MAGIC "SBXSTATE"

enum init_mode {
	INIT_MODE_REAPER,
	INIT_MODE_PROCESS,
	INIT_MODE_SUBREAPER,
	INIT_MODE_COUNT
};

enum user_mode {
	USER_MODE_INHERIT,
	USER_MODE_NEW,
	USER_MODE_AUTO,
	USER_MODE_COUNT
};

enum root_kind {
	ROOT_KIND_HOST,
	ROOT_KIND_HOST_RW,
	ROOT_KIND_INHERIT,
	ROOT_KIND_COUNT
};

enum mount_kind {
	MOUNT_KIND_PROC,
	MOUNT_KIND_DEV,
	MOUNT_KIND_TMPFS,
	MOUNT_KIND_RUN,
	MOUNT_KIND_COUNT
};

enum until_kind {
	UNTIL_KIND_ALL,
	UNTIL_KIND_ANY,
	UNTIL_KIND_PROCESS,
	UNTIL_KIND_COUNT
};

enum slot_kind {
	SLOT_KIND_INIT,
	SLOT_KIND_PROCESS,
	SLOT_KIND_COUNT
};

enum condition {
	CONDITION_STARTED,
	CONDITION_EXITED,
	CONDITION_SUCCEEDED,
	CONDITION_COUNT
};

enum stop_scope {
	STOP_SCOPE_GROUP,
	STOP_SCOPE_PROCESS,
	STOP_SCOPE_COUNT
};

enum stdin_kind {
	STDIN_KIND_NULL,
	STDIN_KIND_INHERIT,
	STDIN_KIND_FILE,
	STDIN_KIND_TEXT,
	STDIN_KIND_COUNT
};

enum output_kind {
	OUTPUT_KIND_LOG,
	OUTPUT_KIND_INHERIT,
	OUTPUT_KIND_NULL,
	OUTPUT_KIND_FILE,
	OUTPUT_KIND_STDOUT,
	OUTPUT_KIND_COUNT
};

enum desired {
	DESIRED_NONE,
	DESIRED_RUNNING,
	DESIRED_STOPPED,
	DESIRED_HELD,
	DESIRED_COUNT
};

enum slot_state {
	SLOT_STATE_PENDING,
	SLOT_STATE_STARTING,
	SLOT_STATE_RUNNING,
	SLOT_STATE_EXITED,
	SLOT_STATE_FAILED,
	SLOT_STATE_SKIPPED,
	SLOT_STATE_COUNT
};

enum slot_event {
	SLOT_EVENT_START_ASKED,
	SLOT_EVENT_STARTED,
	SLOT_EVENT_STOP_ASKED,
	SLOT_EVENT_KILLED,
	SLOT_EVENT_ENDED,
	SLOT_EVENT_SKIPPED,
	SLOT_EVENT_FAILED,
	SLOT_EVENT_RESTARTED,
	SLOT_EVENT_COUNT
};

enum phase {
	PHASE_STARTING,
	PHASE_STARTED,
	PHASE_STOPPING,
	PHASE_ENDED,
	PHASE_COUNT
};

enum slot_flag {
	SLOT_FLAG_STOPPED,
	SLOT_FLAG_TIMED_OUT,
	SLOT_FLAG_ENDED_WITH_SANDBOX,
	SLOT_FLAG_UNMET,
	SLOT_FLAG_SANDBOX_TIMED_OUT,
	SLOT_FLAG_OUTPUT_LOST,
	SLOT_FLAG_COUNT
};

enum failure {
	FAILURE_FAULT,
	FAILURE_UNMET,
	FAILURE_TIMED_OUT,
	FAILURE_SANDBOX_TIMED_OUT,
	FAILURE_BAD_END,
	FAILURE_EXPECTATION,
	FAILURE_PID_NOT_GIVEN,
	FAILURE_COUNT
};

enum expectation {
	EXPECTATION_PID,
	EXPECTATION_PPID,
	EXPECTATION_LEVEL,
	EXPECTATION_EXIT,
	EXPECTATION_SIGNAL,
	EXPECTATION_PINNED,
	EXPECTATION_COUNT
};

enum expectation_result {
	EXPECTATION_RESULT_NOT_JUDGED,
	EXPECTATION_RESULT_MET,
	EXPECTATION_RESULT_NOT_MET,
	EXPECTATION_RESULT_COUNT
};

enum actual_kind {
	ACTUAL_KIND_NOTHING,
	ACTUAL_KIND_NUMBER,
	ACTUAL_KIND_EXIT_CODE,
	ACTUAL_KIND_SIGNAL,
	ACTUAL_KIND_COUNT
};

enum outcome {
	OUTCOME_NONE,
	OUTCOME_DONE,
	OUTCOME_STOPPED,
	OUTCOME_KILLED,
	OUTCOME_FAILED,
	OUTCOME_TIMEOUT,
	OUTCOME_ESSENTIAL,
	OUTCOME_FAULT,
	OUTCOME_COUNT
};

enum pid_mode {
	PID_MODE_REQUESTED,
	PID_MODE_ORDERED,
	PID_MODE_COUNT
};

enum frame_kind {
	FRAME_KIND_ANSWER,
	FRAME_KIND_LOG,
	FRAME_KIND_DROPPED,
	FRAME_KIND_STARTED,
	FRAME_KIND_ENDED,
	FRAME_KIND_EVENT,
	FRAME_KIND_COUNT
};

enum subscription {
	SUBSCRIPTION_PHASES,
	SUBSCRIPTION_OUTPUT,
	SUBSCRIPTION_EVENTS,
	SUBSCRIPTION_COUNT
};

enum stream {
	STREAM_STDOUT,
	STREAM_STDERR,
	STREAM_COUNT
};

enum log_flag {
	LOG_FLAG_STDERR,
	LOG_FLAG_CONTINUES,
	LOG_FLAG_COUNT
};

enum trace_kind {
	TRACE_KIND_FORK,
	TRACE_KIND_EXEC,
	TRACE_KIND_EXIT,
	TRACE_KIND_COUNT
};

enum tracer {
	TRACER_NONE,
	TRACER_BPF,
	TRACER_PTRACE,
	TRACER_COUNT
};

enum trace_obstacle {
	TRACE_OBSTACLE_NONE,
	TRACE_OBSTACLE_ASKED,
	TRACE_OBSTACLE_MAPS,
	TRACE_OBSTACLE_TYPES,
	TRACE_OBSTACLE_PROGRAMS,
	TRACE_OBSTACLE_TRACEPOINTS,
	TRACE_OBSTACLE_CHECK,
	TRACE_OBSTACLE_COUNT
};

enum command_kind {
	COMMAND_KIND_STOP,
	COMMAND_KIND_KILL,
	COMMAND_KIND_SIGNAL,
	COMMAND_KIND_LEASE,
	COMMAND_KIND_SUBSCRIBE,
	COMMAND_KIND_START,
	COMMAND_KIND_RESTART,
	COMMAND_KIND_WAIT,
	COMMAND_KIND_COUNT
};

enum step {
	STEP_NONE,
	STEP_IMAGE_OPEN,
	STEP_IMAGE_KIND,
	STEP_IMAGE_SIZE,
	STEP_IMAGE_MAGIC,
	STEP_IMAGE_VERSION,
	STEP_IMAGE_SECTION,
	STEP_IMAGE_RECORD,
	STEP_TABLE_RESERVE,
	STEP_TABLE_MAP,
	STEP_RUN_DIR_OPEN,
	STEP_MEMORY,
	STEP_RESERVE_DESCRIPTORS,
	STEP_DESCRIPTOR_LIMIT,
	STEP_SEAL,
	STEP_CONTROL_LISTEN,
	STEP_CONTROL_OPEN,
	STEP_PROC_OPEN,
	STEP_LOG_SOCKET,
	STEP_NOTIFY_OPEN,
	STEP_MONITOR_PIDFD,
	STEP_NULL_OPEN,
	STEP_EPOLL,
	STEP_SIGNALFD,
	STEP_TIMER,
	STEP_SUBREAPER,
	STEP_DEATH_SIGNAL,
	STEP_NOT_DUMPABLE,
	STEP_CLONE_INIT,
	STEP_CLONE_PROCESS,
	STEP_PID_HELD,
	STEP_CLONE_HELPER,
	STEP_CLONE_WATCHDOG,
	STEP_HELPER_SOCKET,
	STEP_HELPER_ENDED,
	STEP_START_SOCKET,
	STEP_STARTS_WATCH,
	STEP_JOIN,
	STEP_JOIN_NOTHING,
	STEP_PIDS_READ,
	STEP_PIDNS_OPEN,
	STEP_PROC_PID_OPEN,
	STEP_SETGROUPS_DENY,
	STEP_UID_MAP,
	STEP_GID_MAP,
	STEP_OWN_FILES,
	STEP_USERNS_MAKE,
	STEP_USERNS_KEEP,
	STEP_NAMESPACES_MAKE,
	STEP_NAMESPACE_OPEN,
	STEP_USERNS_ENTER,
	STEP_TIME_MAKE,
	STEP_TIME_OFFSETS,
	STEP_TIME_ENTER,
	STEP_ROOT_READONLY,
	STEP_MOUNT_PROC,
	STEP_MOUNT_DEV,
	STEP_MOUNT_TMPFS,
	STEP_MASK_PROC,
	STEP_HOSTNAME,
	STEP_DOMAINNAME,
	STEP_LOOPBACK,
	STEP_NULL_DEVICE,
	STEP_MOUNT_RUN,
	STEP_HIDE_RUNS,
	STEP_SPEC_DIR,
	STEP_LAST_PID,
	STEP_BOUNDING_SET,
	STEP_DROP_CAPABILITIES,
	STEP_READ_CAPABILITIES,
	STEP_NO_NEW_PRIVS,
	STEP_SECCOMP,
	STEP_SESSION,
	STEP_LOG_PIPE,
	STEP_LOG_FILES,
	STEP_LOG_ACCOUNT,
	STEP_STDIN_OPEN,
	STEP_STDIN_TEXT,
	STEP_STDOUT_OPEN,
	STEP_STDERR_OPEN,
	STEP_STREAMS,
	STEP_DESCRIPTORS_CLOSE,
	STEP_INHERITED,
	STEP_LIMITS,
	STEP_GROUPS,
	STEP_GID,
	STEP_UID,
	STEP_NICE,
	STEP_OOM_SCORE_ADJ,
	STEP_PARENT_DEATH_SIGNAL,
	STEP_IGNORE_SIGNALS,
	STEP_CWD,
	STEP_EXEC,
	STEP_COUNT
};

enum section {
	SECTION_SANDBOXES,
	SECTION_SLOTS,
	SECTION_PROCESSES,
	SECTION_OWNED,
	SECTION_DEPENDENTS,
	SECTION_PIDS,
	SECTION_ID_MAPS,
	SECTION_GROUPS,
	SECTION_LIMITS,
	SECTION_MOUNTS,
	SECTION_EXPECTATIONS,
	SECTION_STRINGS,
	SECTION_SOURCES,
	SECTION_COUNT
};

enum namespace {
	NAMESPACE_PID,
	NAMESPACE_USER,
	NAMESPACE_MOUNT,
	NAMESPACE_IPC,
	NAMESPACE_UTS,
	NAMESPACE_NET,
	NAMESPACE_CGROUP,
	NAMESPACE_TIME,
	NAMESPACE_COUNT
};

/* Offset from the start of the image, and count of records (strings: of bytes). */
struct image_section {
	uint32_t offset;
	uint32_t count;
};
_Static_assert(sizeof(struct image_section) == 8, "layout");
_Static_assert(offsetof(struct image_section, offset) == 0, "layout");
_Static_assert(offsetof(struct image_section, count) == 4, "layout");

/* At offset 0. `sha256` is that of the canonical plan. `params` is JSON, and not in the hash. The sections follow it. */
struct image_header {
	uint8_t magic[8];
	uint32_t version;
	uint32_t size;
	uint8_t sha256[32];
	uint32_t name;
	uint32_t description;
	uint32_t params;
	uint32_t unused;
	uint32_t monitor_owned_first;
	uint32_t monitor_owned_count;
	uint32_t sections[26];
};
_Static_assert(sizeof(struct image_header) == 176, "layout");
_Static_assert(offsetof(struct image_header, magic) == 0, "layout");
_Static_assert(offsetof(struct image_header, version) == 8, "layout");
_Static_assert(offsetof(struct image_header, size) == 12, "layout");
_Static_assert(offsetof(struct image_header, sha256) == 16, "layout");
_Static_assert(offsetof(struct image_header, name) == 48, "layout");
_Static_assert(offsetof(struct image_header, description) == 52, "layout");
_Static_assert(offsetof(struct image_header, params) == 56, "layout");
_Static_assert(offsetof(struct image_header, unused) == 60, "layout");
_Static_assert(offsetof(struct image_header, monitor_owned_first) == 64, "layout");
_Static_assert(offsetof(struct image_header, monitor_owned_count) == 68, "layout");
_Static_assert(offsetof(struct image_header, sections) == 72, "layout");

/* One sandbox, in plan order. `owned` are the slots that its init creates and reaps. */
struct image_sandbox {
	uint32_t path;
	uint32_t name;
	uint32_t parent;
	uint32_t level;
	uint32_t init_mode;
	uint32_t init_slot;
	uint32_t slot_first;
	uint32_t slot_end;
	uint32_t namespaces_new;
	uint32_t user_mode;
	uint32_t hostname;
	uint32_t domainname;
	uint32_t has_identity;
	uint32_t uid;
	uint32_t gid;
	uint32_t groups_first;
	uint32_t groups_count;
	uint32_t uid_map_first;
	uint32_t uid_map_count;
	uint32_t gid_map_first;
	uint32_t gid_map_count;
	int64_t monotonic_offset_ns;
	int64_t boottime_offset_ns;
	uint32_t root;
	uint32_t mounts_first;
	uint32_t mounts_count;
	uint32_t ns_helper_first;
	uint32_t mapper_first;
	uint32_t last_pid;
	uint32_t until_kind;
	uint32_t until_first;
	uint32_t until_count;
	uint32_t timeout_ms;
	uint32_t stop_signal;
	uint32_t stop_grace_ms;
	uint32_t stop_scope;
	uint32_t owned_first;
	uint32_t owned_count;
};
_Static_assert(sizeof(struct image_sandbox) == 168, "layout");
_Static_assert(offsetof(struct image_sandbox, path) == 0, "layout");
_Static_assert(offsetof(struct image_sandbox, name) == 4, "layout");
_Static_assert(offsetof(struct image_sandbox, parent) == 8, "layout");
_Static_assert(offsetof(struct image_sandbox, level) == 12, "layout");
_Static_assert(offsetof(struct image_sandbox, init_mode) == 16, "layout");
_Static_assert(offsetof(struct image_sandbox, init_slot) == 20, "layout");
_Static_assert(offsetof(struct image_sandbox, slot_first) == 24, "layout");
_Static_assert(offsetof(struct image_sandbox, slot_end) == 28, "layout");
_Static_assert(offsetof(struct image_sandbox, namespaces_new) == 32, "layout");
_Static_assert(offsetof(struct image_sandbox, user_mode) == 36, "layout");
_Static_assert(offsetof(struct image_sandbox, hostname) == 40, "layout");
_Static_assert(offsetof(struct image_sandbox, domainname) == 44, "layout");
_Static_assert(offsetof(struct image_sandbox, has_identity) == 48, "layout");
_Static_assert(offsetof(struct image_sandbox, uid) == 52, "layout");
_Static_assert(offsetof(struct image_sandbox, gid) == 56, "layout");
_Static_assert(offsetof(struct image_sandbox, groups_first) == 60, "layout");
_Static_assert(offsetof(struct image_sandbox, groups_count) == 64, "layout");
_Static_assert(offsetof(struct image_sandbox, uid_map_first) == 68, "layout");
_Static_assert(offsetof(struct image_sandbox, uid_map_count) == 72, "layout");
_Static_assert(offsetof(struct image_sandbox, gid_map_first) == 76, "layout");
_Static_assert(offsetof(struct image_sandbox, gid_map_count) == 80, "layout");
_Static_assert(offsetof(struct image_sandbox, monotonic_offset_ns) == 88, "layout");
_Static_assert(offsetof(struct image_sandbox, boottime_offset_ns) == 96, "layout");
_Static_assert(offsetof(struct image_sandbox, root) == 104, "layout");
_Static_assert(offsetof(struct image_sandbox, mounts_first) == 108, "layout");
_Static_assert(offsetof(struct image_sandbox, mounts_count) == 112, "layout");
_Static_assert(offsetof(struct image_sandbox, ns_helper_first) == 116, "layout");
_Static_assert(offsetof(struct image_sandbox, mapper_first) == 120, "layout");
_Static_assert(offsetof(struct image_sandbox, last_pid) == 124, "layout");
_Static_assert(offsetof(struct image_sandbox, until_kind) == 128, "layout");
_Static_assert(offsetof(struct image_sandbox, until_first) == 132, "layout");
_Static_assert(offsetof(struct image_sandbox, until_count) == 136, "layout");
_Static_assert(offsetof(struct image_sandbox, timeout_ms) == 140, "layout");
_Static_assert(offsetof(struct image_sandbox, stop_signal) == 144, "layout");
_Static_assert(offsetof(struct image_sandbox, stop_grace_ms) == 148, "layout");
_Static_assert(offsetof(struct image_sandbox, stop_scope) == 152, "layout");
_Static_assert(offsetof(struct image_sandbox, owned_first) == 156, "layout");
_Static_assert(offsetof(struct image_sandbox, owned_count) == 160, "layout");

/* One promised process. `pids_first`: level + 1 words, 0 where no number is requested. */
struct image_slot {
	uint32_t path;
	uint32_t kind;
	uint32_t sandbox;
	uint32_t supervisor;
	uint32_t level;
	uint32_t pids_first;
	uint32_t process;
	uint32_t dependents_first;
	uint32_t dependents_count;
};
_Static_assert(sizeof(struct image_slot) == 36, "layout");
_Static_assert(offsetof(struct image_slot, path) == 0, "layout");
_Static_assert(offsetof(struct image_slot, kind) == 4, "layout");
_Static_assert(offsetof(struct image_slot, sandbox) == 8, "layout");
_Static_assert(offsetof(struct image_slot, supervisor) == 12, "layout");
_Static_assert(offsetof(struct image_slot, level) == 16, "layout");
_Static_assert(offsetof(struct image_slot, pids_first) == 20, "layout");
_Static_assert(offsetof(struct image_slot, process) == 24, "layout");
_Static_assert(offsetof(struct image_slot, dependents_first) == 28, "layout");
_Static_assert(offsetof(struct image_slot, dependents_count) == 32, "layout");

/* How a declared process is started. `expect` and `pins` are JSON. */
struct image_process {
	uint32_t argv;
	uint32_t argv_count;
	uint32_t env;
	uint32_t env_count;
	uint32_t inherit_env;
	uint32_t inherit_env_count;
	uint32_t cwd;
	uint32_t limits_first;
	uint32_t limits_count;
	uint32_t has_identity;
	uint32_t uid;
	uint32_t gid;
	uint32_t groups_first;
	uint32_t groups_count;
	uint32_t stdin_kind;
	uint32_t stdin_text;
	uint32_t stdin_size;
	uint32_t stdout_kind;
	uint32_t stdout_path;
	uint32_t stderr_kind;
	uint32_t stderr_path;
	uint32_t stop_signal;
	uint32_t stop_grace_ms;
	uint32_t stop_scope;
	uint32_t umask;
	int32_t nice;
	int32_t oom_score_adj;
	uint64_t ignore_signals;
	uint32_t parent_death_signal;
	uint32_t timeout_ms;
	uint32_t essential;
	uint32_t expect;
	uint32_t pins;
};
_Static_assert(sizeof(struct image_process) == 144, "layout");
_Static_assert(offsetof(struct image_process, argv) == 0, "layout");
_Static_assert(offsetof(struct image_process, argv_count) == 4, "layout");
_Static_assert(offsetof(struct image_process, env) == 8, "layout");
_Static_assert(offsetof(struct image_process, env_count) == 12, "layout");
_Static_assert(offsetof(struct image_process, inherit_env) == 16, "layout");
_Static_assert(offsetof(struct image_process, inherit_env_count) == 20, "layout");
_Static_assert(offsetof(struct image_process, cwd) == 24, "layout");
_Static_assert(offsetof(struct image_process, limits_first) == 28, "layout");
_Static_assert(offsetof(struct image_process, limits_count) == 32, "layout");
_Static_assert(offsetof(struct image_process, has_identity) == 36, "layout");
_Static_assert(offsetof(struct image_process, uid) == 40, "layout");
_Static_assert(offsetof(struct image_process, gid) == 44, "layout");
_Static_assert(offsetof(struct image_process, groups_first) == 48, "layout");
_Static_assert(offsetof(struct image_process, groups_count) == 52, "layout");
_Static_assert(offsetof(struct image_process, stdin_kind) == 56, "layout");
_Static_assert(offsetof(struct image_process, stdin_text) == 60, "layout");
_Static_assert(offsetof(struct image_process, stdin_size) == 64, "layout");
_Static_assert(offsetof(struct image_process, stdout_kind) == 68, "layout");
_Static_assert(offsetof(struct image_process, stdout_path) == 72, "layout");
_Static_assert(offsetof(struct image_process, stderr_kind) == 76, "layout");
_Static_assert(offsetof(struct image_process, stderr_path) == 80, "layout");
_Static_assert(offsetof(struct image_process, stop_signal) == 84, "layout");
_Static_assert(offsetof(struct image_process, stop_grace_ms) == 88, "layout");
_Static_assert(offsetof(struct image_process, stop_scope) == 92, "layout");
_Static_assert(offsetof(struct image_process, umask) == 96, "layout");
_Static_assert(offsetof(struct image_process, nice) == 100, "layout");
_Static_assert(offsetof(struct image_process, oom_score_adj) == 104, "layout");
_Static_assert(offsetof(struct image_process, ignore_signals) == 112, "layout");
_Static_assert(offsetof(struct image_process, parent_death_signal) == 120, "layout");
_Static_assert(offsetof(struct image_process, timeout_ms) == 124, "layout");
_Static_assert(offsetof(struct image_process, essential) == 128, "layout");
_Static_assert(offsetof(struct image_process, expect) == 132, "layout");
_Static_assert(offsetof(struct image_process, pins) == 136, "layout");

/* `slot` waits for the slot whose list this is in, until `condition` holds. */
struct image_dependent {
	uint32_t slot;
	uint32_t condition;
};
_Static_assert(sizeof(struct image_dependent) == 8, "layout");
_Static_assert(offsetof(struct image_dependent, slot) == 0, "layout");
_Static_assert(offsetof(struct image_dependent, condition) == 4, "layout");

/* One line of uid_map or gid_map. Source: user_namespaces(7). */
struct image_id_map {
	uint32_t inside;
	uint32_t outside;
	uint32_t count;
};
_Static_assert(sizeof(struct image_id_map) == 12, "layout");
_Static_assert(offsetof(struct image_id_map, inside) == 0, "layout");
_Static_assert(offsetof(struct image_id_map, outside) == 4, "layout");
_Static_assert(offsetof(struct image_id_map, count) == 8, "layout");

/* One rlimit; all ones is RLIM_INFINITY. Source: getrlimit(2). */
struct image_limit {
	uint64_t soft;
	uint64_t hard;
	uint32_t resource;
	uint32_t unused;
};
_Static_assert(sizeof(struct image_limit) == 24, "layout");
_Static_assert(offsetof(struct image_limit, soft) == 0, "layout");
_Static_assert(offsetof(struct image_limit, hard) == 8, "layout");
_Static_assert(offsetof(struct image_limit, resource) == 16, "layout");
_Static_assert(offsetof(struct image_limit, unused) == 20, "layout");

/* One mount; `at` is for tmpfs. */
struct image_mount {
	uint32_t kind;
	uint32_t at;
};
_Static_assert(sizeof(struct image_mount) == 8, "layout");
_Static_assert(offsetof(struct image_mount, kind) == 0, "layout");
_Static_assert(offsetof(struct image_mount, at) == 4, "layout");

/* What a slot must have been at the end of the run: `what` at `level` is `value`. In order of slots. */
struct image_expectation {
	uint32_t slot;
	uint32_t what;
	uint32_t level;
	uint32_t value;
};
_Static_assert(sizeof(struct image_expectation) == 16, "layout");
_Static_assert(offsetof(struct image_expectation, slot) == 0, "layout");
_Static_assert(offsetof(struct image_expectation, what) == 4, "layout");
_Static_assert(offsetof(struct image_expectation, level) == 8, "layout");
_Static_assert(offsetof(struct image_expectation, value) == 12, "layout");

/* Where the spec asks for a thing: one a sandbox, then one a slot. `[start, end)` in UTF-16 units of the file; `line` from 1, 0 where it is not known. */
struct image_source {
	uint32_t file;
	uint32_t start;
	uint32_t end;
	uint32_t line;
};
_Static_assert(sizeof(struct image_source) == 16, "layout");
_Static_assert(offsetof(struct image_source, file) == 0, "layout");
_Static_assert(offsetof(struct image_source, start) == 4, "layout");
_Static_assert(offsetof(struct image_source, end) == 8, "layout");
_Static_assert(offsetof(struct image_source, line) == 12, "layout");

/* At offset 0. The arrays are at the offsets it names. */
struct table_header {
	uint8_t magic[8];
	uint32_t version;
	uint32_t size;
	uint8_t sha256[32];
	uint64_t started_ns;
	uint64_t ended_ns;
	uint64_t events_written;
	uint32_t slot_count;
	uint32_t sandbox_count;
	uint32_t slots;
	uint32_t sandboxes;
	uint32_t monitor_pid;
	uint32_t guard_pid;
	uint32_t phase;
	uint32_t outcome;
	uint32_t pid_mode;
	uint32_t pending;
	uint32_t fault_step;
	uint32_t fault_errno;
	uint32_t fault_level;
	uint32_t exit_code;
	uint32_t interrupted;
	uint32_t expectations;
	uint32_t expectation_count;
	uint32_t heartbeat;
	uint32_t events;
	uint32_t event_capacity;
};
_Static_assert(sizeof(struct table_header) == 152, "layout");
_Static_assert(offsetof(struct table_header, magic) == 0, "layout");
_Static_assert(offsetof(struct table_header, version) == 8, "layout");
_Static_assert(offsetof(struct table_header, size) == 12, "layout");
_Static_assert(offsetof(struct table_header, sha256) == 16, "layout");
_Static_assert(offsetof(struct table_header, started_ns) == 48, "layout");
_Static_assert(offsetof(struct table_header, ended_ns) == 56, "layout");
_Static_assert(offsetof(struct table_header, events_written) == 64, "layout");
_Static_assert(offsetof(struct table_header, slot_count) == 72, "layout");
_Static_assert(offsetof(struct table_header, sandbox_count) == 76, "layout");
_Static_assert(offsetof(struct table_header, slots) == 80, "layout");
_Static_assert(offsetof(struct table_header, sandboxes) == 84, "layout");
_Static_assert(offsetof(struct table_header, monitor_pid) == 88, "layout");
_Static_assert(offsetof(struct table_header, guard_pid) == 92, "layout");
_Static_assert(offsetof(struct table_header, phase) == 96, "layout");
_Static_assert(offsetof(struct table_header, outcome) == 100, "layout");
_Static_assert(offsetof(struct table_header, pid_mode) == 104, "layout");
_Static_assert(offsetof(struct table_header, pending) == 108, "layout");
_Static_assert(offsetof(struct table_header, fault_step) == 112, "layout");
_Static_assert(offsetof(struct table_header, fault_errno) == 116, "layout");
_Static_assert(offsetof(struct table_header, fault_level) == 120, "layout");
_Static_assert(offsetof(struct table_header, exit_code) == 124, "layout");
_Static_assert(offsetof(struct table_header, interrupted) == 128, "layout");
_Static_assert(offsetof(struct table_header, expectations) == 132, "layout");
_Static_assert(offsetof(struct table_header, expectation_count) == 136, "layout");
_Static_assert(offsetof(struct table_header, heartbeat) == 140, "layout");
_Static_assert(offsetof(struct table_header, events) == 144, "layout");
_Static_assert(offsetof(struct table_header, event_capacity) == 148, "layout");

/* The first cache line is the monitor's (desired), the rest the slot's parent's (observed). `generation`: how often it is to have lived before; what is observed is of `observed_generation`. `returns`: at its end the next one follows. `signals_before`: as many signals were for former generations. `output_size`: bytes that it has printed; `log_files`: the number of its newest log file, 0: none. */
struct table_slot {
	uint32_t desired;
	uint32_t desired_signal;
	uint32_t desired_count;
	uint32_t flags;
	uint32_t failures;
	uint32_t generation;
	uint32_t output_errno;
	uint32_t returns;
	uint32_t signals_before;
	uint32_t log_files;
	uint64_t output_size;
	uint32_t unused[4];
	uint32_t state;
	uint32_t exit_code;
	uint32_t exit_signal;
	uint32_t fault_step;
	uint32_t fault_errno;
	uint32_t fault_level;
	uint64_t started_ns;
	uint64_t ended_ns;
	uint32_t signalled_count;
	uint32_t pid_of_parent;
	uint32_t pids[33];
	uint32_t leftovers;
	uint32_t held;
	uint32_t observed_generation;
};
_Static_assert(sizeof(struct table_slot) == 256, "layout");
_Static_assert(offsetof(struct table_slot, desired) == 0, "layout");
_Static_assert(offsetof(struct table_slot, desired_signal) == 4, "layout");
_Static_assert(offsetof(struct table_slot, desired_count) == 8, "layout");
_Static_assert(offsetof(struct table_slot, flags) == 12, "layout");
_Static_assert(offsetof(struct table_slot, failures) == 16, "layout");
_Static_assert(offsetof(struct table_slot, generation) == 20, "layout");
_Static_assert(offsetof(struct table_slot, output_errno) == 24, "layout");
_Static_assert(offsetof(struct table_slot, returns) == 28, "layout");
_Static_assert(offsetof(struct table_slot, signals_before) == 32, "layout");
_Static_assert(offsetof(struct table_slot, log_files) == 36, "layout");
_Static_assert(offsetof(struct table_slot, output_size) == 40, "layout");
_Static_assert(offsetof(struct table_slot, unused) == 48, "layout");
_Static_assert(offsetof(struct table_slot, state) == 64, "layout");
_Static_assert(offsetof(struct table_slot, exit_code) == 68, "layout");
_Static_assert(offsetof(struct table_slot, exit_signal) == 72, "layout");
_Static_assert(offsetof(struct table_slot, fault_step) == 76, "layout");
_Static_assert(offsetof(struct table_slot, fault_errno) == 80, "layout");
_Static_assert(offsetof(struct table_slot, fault_level) == 84, "layout");
_Static_assert(offsetof(struct table_slot, started_ns) == 88, "layout");
_Static_assert(offsetof(struct table_slot, ended_ns) == 96, "layout");
_Static_assert(offsetof(struct table_slot, signalled_count) == 104, "layout");
_Static_assert(offsetof(struct table_slot, pid_of_parent) == 108, "layout");
_Static_assert(offsetof(struct table_slot, pids) == 112, "layout");
_Static_assert(offsetof(struct table_slot, leftovers) == 244, "layout");
_Static_assert(offsetof(struct table_slot, held) == 248, "layout");
_Static_assert(offsetof(struct table_slot, observed_generation) == 252, "layout");

/* One change of a slot's life, in a ring: the event of number n, from 1, is at (n - 1) % `event_capacity`, and `number` is n once it is whole. `value` is a signal's number, or of an end the exit code, or 128 and the signal's number, or the errno of what failed. */
struct table_event {
	uint32_t number;
	uint32_t slot;
	uint32_t generation;
	uint32_t event;
	uint64_t at_ns;
	uint32_t value;
	uint32_t unused;
};
_Static_assert(sizeof(struct table_event) == 32, "layout");
_Static_assert(offsetof(struct table_event, number) == 0, "layout");
_Static_assert(offsetof(struct table_event, slot) == 4, "layout");
_Static_assert(offsetof(struct table_event, generation) == 8, "layout");
_Static_assert(offsetof(struct table_event, event) == 12, "layout");
_Static_assert(offsetof(struct table_event, at_ns) == 16, "layout");
_Static_assert(offsetof(struct table_event, value) == 24, "layout");
_Static_assert(offsetof(struct table_event, unused) == 28, "layout");

/* What became of the expectation of the same index, and what was found instead. */
struct table_expectation {
	uint32_t result;
	uint32_t actual_kind;
	uint32_t actual;
	uint32_t unused;
};
_Static_assert(sizeof(struct table_expectation) == 16, "layout");
_Static_assert(offsetof(struct table_expectation, result) == 0, "layout");
_Static_assert(offsetof(struct table_expectation, actual_kind) == 4, "layout");
_Static_assert(offsetof(struct table_expectation, actual) == 8, "layout");
_Static_assert(offsetof(struct table_expectation, unused) == 12, "layout");

/* `inodes` of its namespaces in the order of NAMESPACE_KINDS; 0 where not learnt. */
struct table_sandbox {
	uint64_t inodes[8];
};
_Static_assert(sizeof(struct table_sandbox) == 64, "layout");
_Static_assert(offsetof(struct table_sandbox, inodes) == 0, "layout");

/* Monitor to client, followed by `size` bytes. `value`: of `answer` the errno, of `log` bits by `log_flag`, of `dropped` how many bytes. `slot`: of `answer` the command's `request`; NONE for the whole run. Of `log`: `position` is how many bytes the slot had printed before, to both streams; `at_ns` is CLOCK_REALTIME. A log file is such frames, one behind the other. */
struct frame {
	uint32_t kind;
	uint32_t slot;
	uint32_t value;
	uint32_t size;
	uint64_t position;
	uint64_t at_ns;
};
_Static_assert(sizeof(struct frame) == 32, "layout");
_Static_assert(offsetof(struct frame, kind) == 0, "layout");
_Static_assert(offsetof(struct frame, slot) == 4, "layout");
_Static_assert(offsetof(struct frame, value) == 8, "layout");
_Static_assert(offsetof(struct frame, size) == 12, "layout");
_Static_assert(offsetof(struct frame, position) == 16, "layout");
_Static_assert(offsetof(struct frame, at_ns) == 24, "layout");

/* What follows the answer to a `wait`, where that is 0: how a generation of a slot has ended, in the words of its table_slot, or the run, whose `exit_code` it is then. */
struct life_end {
	uint32_t state;
	uint32_t exit_code;
	uint32_t exit_signal;
	uint32_t generation;
};
_Static_assert(sizeof(struct life_end) == 16, "layout");
_Static_assert(offsetof(struct life_end, state) == 0, "layout");
_Static_assert(offsetof(struct life_end, exit_code) == 4, "layout");
_Static_assert(offsetof(struct life_end, exit_signal) == 8, "layout");
_Static_assert(offsetof(struct life_end, generation) == 12, "layout");

/* Client to monitor. `slot` is NONE for the whole run. `interrupts`: a signal asked for it. `argument`: of `signal` its number, of `subscribe` bits by `subscription`. `request` is in the answer; 0: none is wanted. */
struct command {
	uint32_t kind;
	uint32_t slot;
	uint32_t interrupts;
	uint32_t argument;
	uint32_t request;
};
_Static_assert(sizeof(struct command) == 20, "layout");
_Static_assert(offsetof(struct command, kind) == 0, "layout");
_Static_assert(offsetof(struct command, slot) == 4, "layout");
_Static_assert(offsetof(struct command, interrupts) == 8, "layout");
_Static_assert(offsetof(struct command, argument) == 12, "layout");
_Static_assert(offsetof(struct command, request) == 16, "layout");

/* First in the file of a traced run: by what it is traced, and why not by BPF. Written once more at the end: `missed` events were not recorded, `write_errno` is why the file is not whole. */
struct trace_header {
	uint32_t tracer;
	uint32_t obstacle;
	uint32_t obstacle_errno;
	uint32_t write_errno;
	uint32_t missed;
	uint32_t finished;
	uint32_t unused[2];
};
_Static_assert(sizeof(struct trace_header) == 32, "layout");
_Static_assert(offsetof(struct trace_header, tracer) == 0, "layout");
_Static_assert(offsetof(struct trace_header, obstacle) == 4, "layout");
_Static_assert(offsetof(struct trace_header, obstacle_errno) == 8, "layout");
_Static_assert(offsetof(struct trace_header, write_errno) == 12, "layout");
_Static_assert(offsetof(struct trace_header, missed) == 16, "layout");
_Static_assert(offsetof(struct trace_header, finished) == 20, "layout");
_Static_assert(offsetof(struct trace_header, unused) == 24, "layout");

/* One event of a traced run, followed by `argv_size` bytes (of an exec) and padded to `size`. An exec and an exit name their process by `pids[0]` alone; `status` is as of wait4(2). */
struct trace_event {
	uint32_t size;
	uint32_t kind;
	uint64_t at_ns;
	uint32_t level;
	uint32_t parent;
	uint32_t status;
	uint32_t argv_size;
	uint8_t comm[16];
	uint32_t pids[33];
};
_Static_assert(sizeof(struct trace_event) == 184, "layout");
_Static_assert(offsetof(struct trace_event, size) == 0, "layout");
_Static_assert(offsetof(struct trace_event, kind) == 4, "layout");
_Static_assert(offsetof(struct trace_event, at_ns) == 8, "layout");
_Static_assert(offsetof(struct trace_event, level) == 16, "layout");
_Static_assert(offsetof(struct trace_event, parent) == 20, "layout");
_Static_assert(offsetof(struct trace_event, status) == 24, "layout");
_Static_assert(offsetof(struct trace_event, argv_size) == 28, "layout");
_Static_assert(offsetof(struct trace_event, comm) == 32, "layout");
_Static_assert(offsetof(struct trace_event, pids) == 48, "layout");

/* One process of a snapshot, followed by its PIDs at each of `level + 1` levels, as many of its parent (0: outside), `argv_size` bytes of arguments, each ended by NUL, and padded to `size`. */
struct snapshot_row {
	uint32_t size;
	uint32_t level;
	uint32_t state;
	uint32_t uid;
	uint64_t start_ns;
	uint32_t argv_size;
	uint32_t inodes[8];
	uint8_t comm[16];
};
_Static_assert(sizeof(struct snapshot_row) == 80, "layout");
_Static_assert(offsetof(struct snapshot_row, size) == 0, "layout");
_Static_assert(offsetof(struct snapshot_row, level) == 4, "layout");
_Static_assert(offsetof(struct snapshot_row, state) == 8, "layout");
_Static_assert(offsetof(struct snapshot_row, uid) == 12, "layout");
_Static_assert(offsetof(struct snapshot_row, start_ns) == 16, "layout");
_Static_assert(offsetof(struct snapshot_row, argv_size) == 24, "layout");
_Static_assert(offsetof(struct snapshot_row, inodes) == 28, "layout");
_Static_assert(offsetof(struct snapshot_row, comm) == 60, "layout");

/* The namespaces around one process, outermost first, as far up as the caller may see. A count is 0 where it may not look; an init is 0 where the kernel does not translate. */
struct namespace_row {
	uint32_t pid;
	uint32_t pid_count;
	uint32_t user_count;
	uint32_t has_names;
	uint64_t pid_inodes[33];
	uint64_t user_inodes[34];
	uint32_t inits[33];
	uint8_t hostname[65];
	uint8_t domainname[65];
};
_Static_assert(sizeof(struct namespace_row) == 816, "layout");
_Static_assert(offsetof(struct namespace_row, pid) == 0, "layout");
_Static_assert(offsetof(struct namespace_row, pid_count) == 4, "layout");
_Static_assert(offsetof(struct namespace_row, user_count) == 8, "layout");
_Static_assert(offsetof(struct namespace_row, has_names) == 12, "layout");
_Static_assert(offsetof(struct namespace_row, pid_inodes) == 16, "layout");
_Static_assert(offsetof(struct namespace_row, user_inodes) == 280, "layout");
_Static_assert(offsetof(struct namespace_row, inits) == 552, "layout");
_Static_assert(offsetof(struct namespace_row, hostname) == 684, "layout");
_Static_assert(offsetof(struct namespace_row, domainname) == 749, "layout");

#define SBX_SECTIONS(X) \
	X(SECTION_SANDBOXES, sandboxes, struct image_sandbox) \
	X(SECTION_SLOTS, slots, struct image_slot) \
	X(SECTION_PROCESSES, processes, struct image_process) \
	X(SECTION_OWNED, owned, uint32_t) \
	X(SECTION_DEPENDENTS, dependents, struct image_dependent) \
	X(SECTION_PIDS, pids, uint32_t) \
	X(SECTION_ID_MAPS, id_maps, struct image_id_map) \
	X(SECTION_GROUPS, groups, uint32_t) \
	X(SECTION_LIMITS, limits, struct image_limit) \
	X(SECTION_MOUNTS, mounts, struct image_mount) \
	X(SECTION_EXPECTATIONS, expectations, struct image_expectation) \
	X(SECTION_STRINGS, strings, char) \
	X(SECTION_SOURCES, sources, struct image_source)

#endif
