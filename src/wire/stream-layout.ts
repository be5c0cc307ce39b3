/**
 * Records that go over a stream or into a file: a connection to the monitor, a traced run, a snapshot.
 * `native/gen/layout.gen.h` has the C side, as of `layout.ts`. Pure.
 */

import { PID_LEVEL_MAX, USER_LEVEL_MAX, UTS_NAME_MAX } from "../base/kernel-limits.ts";
import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import type { Struct } from "./struct.ts";

/** Words of a slot's `pids`: one for each level from 0 to PID_LEVEL_MAX. */
export const PIDS_MAX = PID_LEVEL_MAX + 1;
/** User namespaces around a process: the initial one and those below it. */
export const USERS_MAX = USER_LEVEL_MAX + 1;
/** Bytes of a host or domain name, the NUL included. */
const UTS_NAME_SIZE = UTS_NAME_MAX + 1;

/** Bytes that a snapshot and a trace have of a process's arguments; what is longer is cut. */
export const ARGV_TEXT_MAX = 31 * 1024 - 1;

/** Bytes of a trace's file, some two million events: it lies where runs do, in memory as a rule. */
export const TRACE_SIZE_MAX = 256 * 1024 * 1024;

/** What goes over a connection to the monitor, and what is in the file of a traced run. */
export const FRAME_STRUCTS = {
  frame: {
    name: "frame",
    doc: "Monitor to client, followed by `size` bytes. `value`: of `answer` the errno, of `log` bits by `log_flag`, of `dropped` how many bytes. `slot`: of `answer` the command's `request`; NONE for the whole run. Of `log`: `position` is how many bytes the slot had printed before, to both streams; `at_ns` is CLOCK_REALTIME. A log file is such frames, one behind the other.",
    fields: [
      ["kind", "u32"],
      ["slot", "u32"],
      ["value", "u32"],
      ["size", "u32"],
      ["position", "u64"],
      ["at_ns", "u64"],
    ],
  },
  life_end: {
    name: "life_end",
    doc: "What follows the answer to a `wait`, where that is 0: how a generation of a slot has ended, in the words of its table_slot, or the run, whose `exit_code` it is then.",
    fields: [
      ["state", "u32"],
      ["exit_code", "u32"],
      ["exit_signal", "u32"],
      ["generation", "u32"],
    ],
  },
  command: {
    name: "command",
    doc: "Client to monitor. `slot` is NONE for the whole run. `interrupts`: a signal asked for it. `argument`: of `signal` its number, of `subscribe` bits by `subscription`. `request` is in the answer; 0: none is wanted.",
    fields: [
      ["kind", "u32"],
      ["slot", "u32"],
      ["interrupts", "u32"],
      ["argument", "u32"],
      ["request", "u32"],
    ],
  },
  trace_header: {
    name: "trace_header",
    doc: "First in the file of a traced run: by what it is traced, and why not by BPF. Written once more at the end: `missed` events were not recorded, `write_errno` is why the file is not whole.",
    fields: [
      ["tracer", "u32"],
      ["obstacle", "u32"],
      ["obstacle_errno", "u32"],
      ["write_errno", "u32"],
      ["missed", "u32"],
      ["finished", "u32"],
      ["unused", "u32", 2],
    ],
  },
  trace_event: {
    name: "trace_event",
    doc: "One event of a traced run, followed by `argv_size` bytes (of an exec) and padded to `size`. An exec and an exit name their process by `pids[0]` alone; `status` is as of wait4(2).",
    fields: [
      ["size", "u32"],
      ["kind", "u32"],
      ["at_ns", "u64"],
      ["level", "u32"],
      ["parent", "u32"],
      ["status", "u32"],
      ["argv_size", "u32"],
      ["comm", "u8", 16],
      ["pids", "u32", PIDS_MAX],
    ],
  },
  snapshot_row: {
    name: "snapshot_row",
    doc: "One process of a snapshot, followed by its PIDs at each of `level + 1` levels, as many of its parent (0: outside), `argv_size` bytes of arguments, each ended by NUL, and padded to `size`.",
    fields: [
      ["size", "u32"],
      ["level", "u32"],
      ["state", "u32"],
      ["uid", "u32"],
      ["start_ns", "u64"],
      ["argv_size", "u32"],
      ["inodes", "u32", NAMESPACE_KINDS.length],
      ["comm", "u8", 16],
    ],
  },
  namespace_row: {
    name: "namespace_row",
    doc: "The namespaces around one process, outermost first, as far up as the caller may see. A count is 0 where it may not look; an init is 0 where the kernel does not translate.",
    fields: [
      ["pid", "u32"],
      ["pid_count", "u32"],
      ["user_count", "u32"],
      ["has_names", "u32"],
      ["pid_inodes", "u64", PIDS_MAX],
      ["user_inodes", "u64", USERS_MAX],
      ["inits", "u32", PIDS_MAX],
      ["hostname", "u8", UTS_NAME_SIZE],
      ["domainname", "u8", UTS_NAME_SIZE],
    ],
  },
} as const satisfies Record<string, Struct>;
