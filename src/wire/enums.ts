/** The enumerations of both memory layouts; `layout.ts` has the records. Pure. */

import { STOP_SCOPES } from "../base/process-defaults.ts";
import { WAIT_CONDITION_NAMES } from "../base/wait-conditions.ts";
import { STEP_NAMES } from "./steps.ts";

/** Enumerations; the number of a name is its index. Append only. */
export const ENUMS = {
  init_mode: ["reaper", "process", "subreaper"],
  user_mode: ["inherit", "new", "auto"],
  root_kind: ["host", "host-rw", "inherit"],
  mount_kind: ["proc", "dev", "tmpfs", "run"],
  until_kind: ["all", "any", "process"],
  slot_kind: ["init", "process"],
  condition: WAIT_CONDITION_NAMES,
  stop_scope: STOP_SCOPES,
  stdin_kind: ["null", "inherit", "file", "text"],
  output_kind: ["log", "inherit", "null", "file", "stdout"],
  /** `held`: created, with its PIDs, but not yet let on to its program. */
  desired: ["none", "running", "stopped", "held"],
  /** `skipped`: it will never start, as what it depends on did not come to pass or the run ended. */
  slot_state: ["pending", "starting", "running", "exited", "failed", "skipped"],
  /** What happens to a slot in the course of its life (native/run/lifecycle.c). */
  slot_event: [
    "start_asked",
    "started",
    "stop_asked",
    "killed",
    "ended",
    "skipped",
    "failed",
    /** The next generation begins. */
    "restarted",
  ],
  phase: ["starting", "started", "stopping", "ended"],
  /**
   * Bit numbers of a slot's `flags`: why a process that did not end by itself ended; `unmet`: it
   * never starts, as what it waits for can no longer come to pass though its sandbox goes on.
   * `sandbox_timed_out`: of an init, also of one that is a process. `output_lost`: not all that it
   * printed was kept or passed on; it says nothing of the end.
   */
  slot_flag: [
    "stopped",
    "timed_out",
    "ended_with_sandbox",
    "unmet",
    "sandbox_timed_out",
    "output_lost",
  ],
  /** Bit numbers of a slot's `failures`: in what it failed. None: it did not, or nothing judges it. */
  failure: [
    "fault",
    "unmet",
    "timed_out",
    "sandbox_timed_out",
    "bad_end",
    "expectation",
    "pid_not_given",
  ],
  /** What an expectation is about; `pinned` is not written as one, but a pin is one too. */
  expectation: ["pid", "ppid", "level", "exit", "signal", "pinned"],
  /** `not_judged`: the end of the run took away the ground for it, or the run goes on. */
  expectation_result: ["not_judged", "met", "not_met"],
  /** What was found where an expectation was not met. */
  actual_kind: ["nothing", "number", "exit_code", "signal"],
  /** What ended the run. */
  outcome: ["none", "done", "stopped", "killed", "failed", "timeout", "essential", "fault"],
  /** How PIDs are given: requested by set_tid, or left to the kernel in start order. */
  pid_mode: ["requested", "ordered"],
  /**
   * Frames from the monitor. `answer`: to a command that asked for one. `log`: output; of no bytes:
   * the end of a stream within a line. `dropped`: output that this client did not read in time. `event`: one or more table_event.
   */
  frame_kind: ["answer", "log", "dropped", "started", "ended", "event"],
  /** Bit numbers of what a client may subscribe to. `phases`: the frames `started` and `ended`. */
  subscription: ["phases", "output", "events"],
  stream: ["stdout", "stderr"],
  /** Bit numbers of a `log` frame's value. `continues`: it begins within a line of its stream. */
  log_flag: ["stderr", "continues"],
  trace_kind: ["fork", "exec", "exit"],
  tracer: ["none", "bpf", "ptrace"],
  /** What is in the way of tracing by BPF: `asked` for otherwise, or what failed first. */
  trace_obstacle: ["none", "asked", "maps", "types", "programs", "tracepoints", "check"],
  /**
   * Commands to the monitor. `stop`: in order, the run or one slot. `lease`: the run ends once the last
   * client that holds one has gone. `start`: the process of a slot lives again. `restart`: it is
   * stopped first. `wait`: answered once the run, or this generation of a slot, has ended.
   */
  command_kind: ["stop", "kill", "signal", "lease", "subscribe", "start", "restart", "wait"],
  /** Everything that can fail in the shim: `steps.ts` has what each is. */
  step: STEP_NAMES,
} as const satisfies Record<string, readonly string[]>;

export type EnumName = keyof typeof ENUMS;
export type EnumValue<Name extends EnumName> = (typeof ENUMS)[Name][number];
