/** Pages of the host, the run and expectations. Pure. */

import { type CodePage, page } from "./code-page.ts";

export const runCodes = {
  SBX3001: page(
    "host-refused",
    "The kernel or a policy refused a step of building the sandbox. `sandbox doctor` says what this host can do.",
  ),
  SBX3002: page("file-unreadable", "A file could not be read."),
  SBX3003: page(
    "levels-left",
    "The runner is itself in a nested PID namespace, so fewer than 32 levels are left.",
  ),
  SBX3004: page(
    "user-namespaces-blocked",
    "An ordinary user needs user namespaces, and this host refuses them.",
  ),
  SBX3005: page(
    "run-unwritable",
    "A run needs a small directory for its plan and its state: below XDG_RUNTIME_DIR where that is the caller's own, else in /run for root, else in /tmp. None of them could be had.",
  ),
  SBX3006: page(
    "host-pin-refused",
    "A PID at level 0 can be asked for only by who may choose PIDs there: root, or a program with CAP_CHECKPOINT_RESTORE. Source: clone(2), set_tid.",
  ),
  SBX3007: page(
    "limit-refused",
    "A resource limit is above what the caller may have: an ordinary user can lower its hard limits and never raise them, and nobody can have more open files than fs.nr_open. Source: getrlimit(2).",
  ),
  SBX3008: page(
    "id-refused",
    "An ordinary user can map only its own uid and gid, and can set no supplementary groups. Source: user_namespaces(7).",
  ),
  SBX3009: page(
    "attribute-refused",
    "An ordinary user cannot lower a niceness or an OOM score; without a user namespace it can give an OOM score only to processes of the root sandbox, as the files of nested inits are root's. Source: setpriority(2), proc_pid_oom_score_adj(5).",
  ),
  SBX3010: page(
    "clock-below-zero",
    "A time namespace can set a clock back, but not below zero: the clocks count from the start of the machine. Source: time_namespaces(7).",
  ),
  SBX4001: page("exec-failed", "The program of a process could not be executed."),
  SBX4002: page("process-refused", "A process could not be given what its spec asks for."),
  SBX4003: page("clone-refused", "clone3 refused a process or its namespaces."),
  SBX4004: page(
    "process-failed",
    "A process ended with a code other than 0, or by a signal, and nothing in the spec expects that.",
  ),
  SBX4005: page("timed-out", "A time-out was reached, and what ran longer was stopped."),
  SBX4006: page("monitor-died", "The shim's monitor was killed; the kernel ended the run with it."),
  SBX4007: page("name-in-use", "Another run has this name."),
  SBX4008: page(
    "pin-not-given",
    "This host refuses set_tid, so PIDs are given in start order, and a pinned one came out otherwise.",
  ),
  SBX4009: page(
    "trace-refused",
    "A run that was to be traced could not be. ptrace, which needs no privilege, may be refused by a seccomp filter or by another tracer; BPF needs root, or CAP_BPF and CAP_PERFMON, and is asked for by SANDBOX_TRACER=bpf alone.",
  ),
  SBX4010: page(
    "never-started",
    "A process waited for another one's start or end, and that can no longer come: the other was stopped, ended otherwise, or never started itself. Where the other's end is a failure, that alone is told.",
  ),
  SBX4011: page(
    "not-whole",
    "Something that was to be seen, recorded or passed on is missing: the report says `complete: false`, what and why. A trace that was asked for and is not whole fails the run.",
    "",
    "",
    "warning",
  ),
  SBX4012: page(
    "init-changed",
    "A process of the run has lowered a resource limit of its sandbox's init, and each later process would have it. In an ordinary user's sandbox init and processes have the same ids, which is what prlimit(2) asks for; what can be put back is put back. Root's inits have ids of their own.",
  ),
  SBX5001: page(
    "expectation-failed",
    "A process was not what its `expect` says. Where another process could not start, or was essential and failed, or a signal interrupted the run, what was stopped by that or kept from starting is not judged: a report lists it as such.",
  ),
} as const satisfies Record<string, CodePage>;
