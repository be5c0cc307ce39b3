/** What a failed step of the shim means: one sentence, and the mend where one is known. Pure. */

import { constants } from "node:os";
import type { Step } from "../wire/enums.ts";

export interface FaultText {
  /** SBX3xxx: the host cannot; SBX4xxx: this process could not be started as written. */
  readonly code: "SBX3001" | "SBX4001" | "SBX4002" | "SBX4003";
  readonly message: string;
  readonly help: string;
}

export interface Fault {
  readonly step: Step;
  /** Number of the errno. */
  readonly errno: number;
  readonly level: number;
}

/** Of two names for one number the first is the usual one: EAGAIN, not EWOULDBLOCK. */
const ERRNO_NAMES = new Map(
  Object.entries(constants.errno)
    .map(([name, number]) => [number, name] as const)
    .toReversed(),
);

export function errnoName(errno: number): string {
  return ERRNO_NAMES.get(errno) ?? `errno ${errno}`;
}

/** Steps of `exec` and before it that concern one process only, with what each was about. */
const PROCESS_STEPS: Partial<Record<Step, string>> = {
  stdin_open: "its stdin cannot be opened",
  stdout_open: "its stdout cannot be opened",
  stderr_open: "its stderr cannot be opened",
  limits: "a limit cannot be set",
  groups: "its groups cannot be set",
  gid: "its group id cannot be set",
  uid: "its user id cannot be set",
  cwd: "its working directory cannot be entered",
  exec: "its program cannot be executed",
};

const SANDBOX_STEPS: Partial<Record<Step, string>> = {
  clone_init: "clone3 refused its namespaces",
  clone_process: "clone3 refused the process",
  clone_joiner: "clone3 refused the helper that makes or joins its namespaces",
  join: "its namespaces cannot be joined",
  uid_map: "its uid map cannot be written",
  gid_map: "its gid map cannot be written",
  setgroups_deny: "setgroups cannot be denied in its user namespace",
  userns_enter: "its user namespace cannot be entered",
  root_readonly: "its tree cannot be made private and read-only",
  mount_proc: "procfs cannot be mounted",
  mount_dev: "the minimal /dev cannot be made",
  mount_tmpfs: "a tmpfs cannot be mounted",
  mask_proc: "the host's files in /proc cannot be covered",
  hostname: "its hostname cannot be set",
  domainname: "its domainname cannot be set",
  loopback: "its loopback interface cannot be raised",
  userns_make: "its user namespace cannot be made",
  namespaces_make: "the namespaces of its user namespace cannot be made",
  seal: "no sealed copy of the shim can be made",
  seccomp: "the filter that keeps it from the caller's keys cannot be set",
  start_socket: "the socket to the process that starts cannot be made",
  null_device: "its /dev/null cannot be opened",
  mount_run: "an empty /run cannot be mounted",
  hide_runs: "the directory of the runs cannot be covered",
  spec_dir: "the folder of the spec cannot be made visible",
  pids_read: "its PIDs cannot be learnt",
  pidns_open: "its PID namespace cannot be opened",
  drop_capabilities: "its capabilities cannot be dropped",
  no_new_privs: "no_new_privs cannot be set",
  session: "it cannot lead a session",
  last_pid: "its block of PIDs cannot be reserved",
  log_pipe: "its output pipes cannot be made",
  monitor_setup: "the run cannot be set up",
};

/** Null for a path: it is the monitor's own. */
export function faultText(path: string | null, fault: Fault): FaultText {
  const name = errnoName(fault.errno);
  const about = PROCESS_STEPS[fault.step];
  if (about !== undefined) {
    return {
      code: fault.step === "exec" ? "SBX4001" : "SBX4002",
      message: `process "${path}" could not be started: ${about} (${name})`,
      help: processHelp(fault, name),
    };
  }
  const what = SANDBOX_STEPS[fault.step] ?? `step ${fault.step} failed`;
  return {
    code: fault.step.startsWith("clone") ? "SBX4003" : "SBX3001",
    message: `${path === null ? "" : `"${path}": `}${what} at level ${fault.level} (${name})`,
    help: hostHelp(fault, name),
  };
}

function processHelp(fault: Fault, name: string): string {
  if (fault.step === "exec") {
    if (name === "ENOENT") {
      return "name a program that is in the PATH of this process, or give its absolute path; the host's tree is what the sandbox sees";
    }
    if (name === "EACCES") return "make the file executable for the user of this process";
    if (name === "ENOEXEC")
      return "begin the script with a line such as `#!/bin/sh`, or use `shell:`";
  }
  if (name === "ENOENT" || name === "ENOTDIR") {
    return "name a path that exists as the process sees it: /tmp and /dev are new in a sandbox, and empty";
  }
  if (name === "EACCES") return "let the user of this process have it, or name another path";
  if (fault.step === "groups") {
    return "only root can set groups: leave out `groups`, or run as root";
  }
  if (name === "EROFS") {
    return "the host's tree is read-only in a sandbox: write below /tmp, or set `root: host-rw`";
  }
  if (fault.step === "limits") return "ask for no more than the caller's hard limit (ulimit -H)";
  if (fault.step === "uid" || fault.step === "gid") {
    return "use an id that the sandbox's user namespace maps";
  }
  return "see `sandbox explain` for this code, and the man page of the system call";
}

function hostHelp(fault: Fault, name: string): string {
  if (fault.step.startsWith("clone")) {
    if (name === "ENOSPC") {
      return "the kernel allows 32 nested PID namespaces and a number of each kind a user (/proc/sys/user/max_*): nest less, or raise the limit";
    }
    if (name === "EEXIST") {
      return "a wished PID is taken: on level 0 by another process of the host";
    }
    if (name === "EAGAIN") {
      return "the limit of processes is reached: that of the user (ulimit -u), of the control group (pids.max) or of the host (kernel.pid_max)";
    }
    if (name === "EPERM") {
      return "an ordinary user needs user namespaces: run `sandbox doctor` to see what blocks them";
    }
  }
  if (fault.step === "mount_proc" && name === "EPERM") {
    return "the /proc above is partly covered, as in many containers: run outside of it, or with an uncovered /proc";
  }
  if (fault.step === "uid_map" || fault.step === "gid_map") {
    return "an ordinary user can map only its own id, and uid 0 without CAP_SETFCAP, as inside a sandbox, not even that: run as root with its capabilities, or as a user other than 0";
  }
  if (name === "EMFILE" || name === "ENFILE" || name === "EBADF") {
    return "raise the limit of open descriptors (ulimit -n): a run needs 150, and two for each logged process that is being started";
  }
  return "run `sandbox doctor` to see what this host can do";
}
