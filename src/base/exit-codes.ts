/** The exit codes of `sandbox` and of the shim: the one table, for TypeScript and C. Pure. */

export const EXIT = {
  ok: 0,
  /** A process or an expectation failed; of other commands: what was asked about is not so. */
  failed: 1,
  /** The spec, or another file that was named, has errors. */
  spec: 2,
  /** The kernel, a policy or a missing tool of this host said no. */
  host: 3,
  /** An internal error: ours. */
  bug: 4,
  /** Wrong arguments; of the shim also an image that is none. Source: sysexits.h, EX_USAGE. */
  usage: 64,
  /** 128 and the number of SIGINT, as a shell has it. */
  interrupted: 130,
} as const;

/** What each says, for help and manual. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "success: the run passed, or what was asked for was done",
  failed: "a process or an expectation failed; of other commands: what was asked about is not so",
  spec: "the spec, or another file that was named, has errors",
  host: "this host cannot: its kernel, a policy or a missing tool said no",
  bug: "an internal error of sandbox itself; please report it",
  usage: "wrong usage of the command line",
  interrupted: "a signal interrupted the run",
};

/** Exit codes of the shim alone: those of its own children and of a failed assertion. */
export const SHIM_EXIT = {
  /** An assertion failed; not 4, which a workload may return as well. */
  bug: 101,
  /** The code of a child whose execve failed, as in a shell. */
  exec: 127,
} as const;
