/** Pages of the host, the run and expectations. Pure. */

import { type CodePage, page } from "./code-page.ts";

export const runCodes = {
  SBX3001: page(
    "host-refused",
    "The kernel or a policy refused a step of building the sandbox. The finding names the step, the errno and the level; often the cause is a seccomp filter, a missing capability or a container around. `sandbox doctor` tries each feature and says for each that fails why, and what to do; with a spec, whether its sandboxes can be had.",
  ),
  SBX3002: page(
    "file-unreadable",
    "A file that a command was named could not be read. The finding has the errno: ENOENT, there is none of this name; EACCES, the caller may not read it or look into a folder on the way; or it is a folder, a device, or outside of what a spec may name. Without a name, `up` and `plan` take sandbox.yaml of this folder or one above.",
  ),
  SBX3003: page(
    "levels-left",
    "The runner is itself in a nested PID namespace, as in a container, so fewer than the kernel's 32 levels are left. Nest less (`nest`, `sandboxes` in `sandboxes`), let sandboxes share a PID namespace (`namespaces: {pid: inherit}`), or run it outside.",
  ),
  SBX3004: page(
    "user-namespaces-blocked",
    "An ordinary user needs user namespaces, and this host refuses them: by a sysctl (user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns), by a seccomp filter, or in a chroot. `sandbox doctor` says which; raise it as root, or run as root.",
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
  SBX4001: page(
    "exec-failed",
    "The program of a process could not be executed. ENOENT: there is none of this name as the process sees it, in its PATH or at its path, or the interpreter that its first line names is missing; /tmp and /dev are new in a sandbox. EACCES: it is not executable, or its file system is mounted noexec. ENOEXEC: it is no program for this machine, or a script without a `#!` line, which `shell` would run. What only a shell knows, such as `cd`, needs `shell`.",
  ),
  SBX4002: page(
    "process-refused",
    "A process could not be given what its spec asks for: its user, directory, limits, files for its streams. The finding names the field's place and the errno: EACCES or EPERM, its user may not have that; ENOENT, there is no such path as the process sees it; EROFS, the host's tree is read-only in a sandbox.",
  ),
  SBX4003: page(
    "clone-refused",
    "clone3 refused a process or its namespaces; the finding names the level and the errno. Source: clone(2).",
  ),
  SBX4004: page(
    "process-failed",
    "A process ended with a code other than 0, or by a signal, and nothing in the spec expects that. Its output says why; where that end is right, write `expect: {exit: 3}` or `expect: {signal: TERM}`. Codes of a shell: 126 and 127, the command could not be executed or was not there; 128 + n, it was ended by signal n.",
  ),
  SBX4005: page(
    "timed-out",
    "A time-out was reached, and what ran longer was stopped: a process's `timeout`, or its sandbox's. Raise it, or let the process end: what waits for a signal or a connection never does.",
  ),
  SBX4006: page(
    "monitor-died",
    "The shim's monitor was killed, by its PID or when memory was short; the kernel ended the run with it. dmesg(1) says of the OOM killer; who kills by PID shall use `sandbox` to stop a run, as by Ctrl-C.",
  ),
  SBX4007: page(
    "name-in-use",
    "Another run has this name: a spec's is its `sandbox`, unless `--name` says otherwise. `sandbox ls` lists those that go on.",
  ),
  SBX4008: page(
    "pin-not-given",
    "No PID can be chosen here, so PIDs are given in start order, and a pinned one came out otherwise. clone3 is filtered, /proc is mounted with subset=pid, or the kernel is older than 5.5 or built without CONFIG_CHECKPOINT_RESTORE: `sandbox doctor` says which. Remove the pin, or run it elsewhere.",
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
