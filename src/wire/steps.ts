/** Everything that can fail in the shim: the one table of steps, for TypeScript and C. Pure. */

/**
 * Whose fault it is: `image`: the file is no plan image for this shim; `host`: the kernel or a
 * policy does not let this run be as its plan says; `process`: one process cannot be as written.
 */
export type StepScope = "image" | "host" | "process";

export interface StepEntry {
  readonly scope: StepScope;
  /** The end of a sentence, after "process "web" could not be started: " or "outer": ". */
  readonly text: string;
  /** A code of its own, where that of the scope does not fit. */
  readonly code?: "SBX4001" | "SBX4003" | "SBX4012";
  /** What to do, by the name of the errno; `*` for all others. */
  readonly help?: Readonly<Record<string, string>>;
}

const CLONE_HELP = {
  ENOSPC:
    "the kernel allows 32 nested PID namespaces and a number of each kind a user (/proc/sys/user/max_*): nest less, or raise the limit",
  EEXIST: "a requested PID is taken: on level 0 by another process of the host",
  EAGAIN:
    "the limit of processes is reached: that of the user (ulimit -u), of the control group (pids.max) or of the host (kernel.pid_max)",
  EPERM: "an ordinary user needs user namespaces: run `sandbox doctor` to see what blocks them",
} as const;

const ID_MAP_HELP = {
  "*": "an ordinary user can map only its own id, and uid 0 without CAP_SETFCAP, as inside a sandbox, not even that: run as root with its capabilities, or as a user other than 0",
} as const;

const COVERED_PROC =
  "the /proc above is partly covered, as in many containers: uncover it (docker: --security-opt systempaths=unconfined; podman: --security-opt unmask=ALL; Kubernetes: procMount: Unmasked), give CAP_SYS_ADMIN, or run outside of it";

const MAPPED_ID_HELP = { "*": "use an id that the sandbox's user namespace maps" } as const;

const image = (text: string): StepEntry => ({ scope: "image", text });
const host = (text: string, help?: StepEntry["help"]): StepEntry => ({
  scope: "host",
  text,
  ...(help && { help }),
});
const process = (text: string, help?: StepEntry["help"]): StepEntry => ({
  scope: "process",
  text,
  ...(help && { help }),
});
const clone = (text: string): StepEntry => ({
  scope: "host",
  text,
  code: "SBX4003",
  help: CLONE_HELP,
});

/**
 * Each name is one sense: one thing that is tried, wherever the code is that tries it. Where one
 * failed, the slot (or the table's header) holds the step, the errno and the level.
 */
export const STEPS = {
  none: host("nothing failed"),

  image_open: image("the plan image cannot be read"),
  image_kind: image("the plan image is no regular file"),
  image_size: image("the plan image is not as long as it says"),
  image_magic: image("the file is no plan image"),
  image_version: image("the plan image is of another version"),
  image_section: image("a section of the plan image lies outside of it"),
  image_record: image("a record of the plan image is wrong"),

  table_reserve: host("the file of the state table cannot be made as large as it has to be"),
  table_map: host("the state table cannot be mapped"),
  run_dir_open: host("the directory of the run cannot be opened"),
  memory: host("there is no memory for the run"),
  reserve_descriptors: host("the descriptors of the run cannot be reserved"),
  descriptor_limit: host("the limit of open descriptors cannot be read or raised"),
  seal: host("no sealed copy of the shim can be made in memory", {
    EACCES: "let memory files be executed (sysctl vm.memfd_noexec, at most 1)",
  }),
  control_listen: host("the run's control socket cannot be set up"),
  control_open: host("the stream to the runner cannot be set up"),
  proc_open: host("procfs cannot be opened at /proc", {
    "*": "mount procfs at /proc: everything about PIDs is read through it",
  }),
  log_socket: host("the socket for output pipes cannot be made"),
  notify_open: host("an eventfd cannot be made"),
  monitor_pidfd: host("a pidfd of the monitor cannot be made"),
  null_open: host("/dev/null cannot be opened"),
  epoll: host("an epoll instance cannot be made or added to"),
  signalfd: host("signals cannot be taken by a descriptor"),
  timer: host("a timer cannot be made"),
  subreaper: host("it cannot be made a child subreaper"),
  death_signal: host("its end cannot be tied to that of its parent"),
  not_dumpable: host("it cannot be hidden from those who would trace it"),

  clone_init: clone("clone3 refused its namespaces"),
  clone_process: clone("clone3 refused the process"),
  pid_held: process("its PIDs are still in use, as by what its last generation has left", {
    "*": "let it leave no process in its group or session that is never reaped",
  }),
  clone_helper: clone("clone3 refused the helper that makes or joins its namespaces"),
  clone_watchdog: clone("clone3 refused the process that ends the run after the monitor"),
  helper_socket: host("a socket to the helper that makes its namespaces cannot be made"),
  helper_ended: host("the helper that makes its namespaces has ended too early"),
  start_socket: host("the socket to the process that starts cannot be made or used"),
  starts_watch: host("the processes that start cannot be watched"),
  join: host("its namespaces cannot be joined"),
  join_nothing: host("its namespaces cannot be joined: its own init gave none"),
  pids_read: host("its PIDs cannot be learnt from the kernel"),
  pidns_open: host("its PID namespace cannot be opened"),
  proc_pid_open: host("its directory in procfs cannot be opened"),
  setgroups_deny: host("setgroups cannot be denied in its user namespace"),
  uid_map: host("its uid map cannot be written", ID_MAP_HELP),
  gid_map: host("its gid map cannot be written", ID_MAP_HELP),
  own_files: host("it cannot be let at its own id map files in procfs"),
  userns_make: host("its user namespace cannot be made"),
  userns_keep: host("its user namespace cannot be kept for its processes"),
  namespaces_make: host("the namespaces of its user namespace cannot be made"),
  namespace_open: host("a namespace that was made for it cannot be opened"),
  userns_enter: host("its user namespace cannot be entered"),
  time_make: host("its time namespace cannot be made"),
  time_offsets: host("the clocks of its time namespace cannot be set", {
    ERANGE:
      "a clock would be below zero: this host has not been up for so long; see `uptime`, and set it back less",
    EPERM: "CAP_SYS_TIME is needed where the sandbox has no user namespace of its own",
  }),
  time_enter: host("its time namespace cannot be entered"),
  root_readonly: host("its tree cannot be made private and read-only"),
  mount_proc: host("procfs cannot be mounted", { EPERM: COVERED_PROC }),
  mount_dev: host("the minimal /dev cannot be made"),
  mount_tmpfs: host("a tmpfs cannot be mounted"),
  mask_proc: host("the host's files in /proc cannot be covered"),
  hostname: host("its hostname cannot be set"),
  domainname: host("its domainname cannot be set"),
  loopback: host("its loopback interface cannot be raised"),
  null_device: host("its /dev/null cannot be opened"),
  mount_run: host("an empty /run cannot be mounted"),
  hide_runs: host("the directory of the runs cannot be covered"),
  spec_dir: host("the folder of the spec cannot be made visible"),
  last_pid: host("its block of PIDs cannot be reserved", { EROFS: COVERED_PROC }),
  bounding_set: host("its bounding set of capabilities cannot be emptied"),
  drop_capabilities: host("its capabilities cannot be given up"),
  read_capabilities: host("its capabilities cannot be read"),
  no_new_privs: host("no_new_privs cannot be set"),
  seccomp: host("the filter that keeps it from the caller's keys cannot be set"),
  session: host("it cannot lead a session of its own"),
  log_pipe: host("its output pipes cannot be made"),
  log_files: host("it cannot be set up that output is kept in files"),
  log_account: host("what the output of the run takes cannot be counted in memory"),

  stdin_open: process("its stdin cannot be opened"),
  stdin_text: process("its text for stdin cannot be held in memory"),
  stdout_open: process("its stdout cannot be opened"),
  stderr_open: process("its stderr cannot be opened"),
  streams: host("its streams cannot be set up"),
  descriptors_close: host("the descriptors of the shim cannot be closed"),
  inherited: {
    scope: "process",
    text: "a process of this run has lowered a limit of its init, which hands it down",
    code: "SBX4012",
    help: {
      "*": "let no process set limits of another (prlimit(2)), or run as root: an ordinary user's init has the ids of its processes",
    },
  },
  limits: process("a limit cannot be set", {
    "*": "ask for no more than the caller's hard limit (ulimit -H)",
  }),
  groups: process("its groups cannot be set", {
    "*": "only root can set groups: leave out `groups`, or run as root",
  }),
  gid: process("its group id cannot be set", MAPPED_ID_HELP),
  uid: process("its user id cannot be set", MAPPED_ID_HELP),
  nice: process("its niceness cannot be set", {
    "*": "only root, or who may by the limit `nice` (ulimit -e), can lower a niceness",
  }),
  oom_score_adj: process("its OOM score cannot be set", {
    "*": "only root can lower it, and without a user namespace only root can set it in a nested sandbox",
  }),
  parent_death_signal: process("its parent-death signal cannot be set"),
  ignore_signals: process("a signal cannot be ignored"),
  cwd: process("its working directory cannot be entered"),
  exec: {
    scope: "process",
    text: "its program cannot be executed",
    code: "SBX4001",
    help: {
      ENOENT:
        "name a program that is in the PATH of this process, or give its absolute path, as the sandbox sees the tree; of a script, the interpreter in its first line may be what is missing",
      EACCES:
        "name a file, not a folder, that the user of this process may execute (chmod +x), in folders that it may enter",
      ENOEXEC: "begin the script with a line such as `#!/bin/sh`, or use `shell:`",
    },
  },
} as const satisfies Record<string, StepEntry>;

export type Step = keyof typeof STEPS;

/** In the order of their numbers. */
export const STEP_NAMES = Object.keys(STEPS) as readonly Step[];

export function stepEntry(step: Step): StepEntry {
  return STEPS[step];
}

export function scopeOf(step: Step): StepScope {
  return STEPS[step].scope;
}
