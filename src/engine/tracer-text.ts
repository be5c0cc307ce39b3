/** By what a run is traced, and if not by BPF, why and what would help. Pure. */

import { errnoName } from "../base/errno-names.ts";
import type { EnumValue } from "../wire/enums.ts";
import { TRACE_SIZE_MAX } from "../wire/stream-layout.ts";
import type { Trace } from "../wire/trace.ts";

const PRIVILEGE = "run as root, or with CAP_BPF and CAP_PERFMON";

/** For an errno other than EPERM; that one has the same cause wherever it comes. */
const OBSTACLES: Readonly<Record<EnumValue<"trace_obstacle">, string>> = {
  none: "nothing is in the way",
  asked: "unset SANDBOX_TRACER to have it where the host can",
  maps: "a map cannot be made; use a kernel from 5.12 on with CONFIG_BPF_SYSCALL",
  types: "the kernel does not show its types; it needs CONFIG_DEBUG_INFO_BTF, and /sys mounted",
  programs: "the kernel takes no program that reads its memory; see lockdown in kernel_lockdown(7)",
  tracepoints: "the kernel has no such tracepoints; it needs CONFIG_BPF_EVENTS",
  check: "the first event was not the one that happened; please report it with `uname -r`",
};

export function tracerText({ tracer, obstacle, obstacleErrno }: Trace): string {
  if (tracer === "bpf") return "by BPF: nothing that is traced is ever stopped";
  const reason = obstacleErrno > 0 ? ` (${errnoName(obstacleErrno)})` : "";
  const help = errnoName(obstacleErrno) === "EPERM" ? PRIVILEGE : OBSTACLES[obstacle];
  return `by ptrace, which slows forks; no BPF${reason}: ${help}`;
}

/** A limit of the caller's on the size of files, or the trace's own. */
const SHORTER = `trace a shorter run, or raise the limit of a file's size (ulimit -f): a trace has ${TRACE_SIZE_MAX >> 20} MiB at most`;

/** What a trace lacks, and what would help; null: nothing. */
export function traceGap(trace: Trace | null): { why: string; help: string } | null {
  const moreSpace =
    "free space where the run directory is, or set SANDBOX_RUN_DIR to where there is some";
  if (trace === null) return { why: "nothing of it was written", help: moreSpace };
  const { writeErrno, isFinished, missed } = trace;
  const events = missed === 1 ? "1 event" : `${missed} events`;
  if (writeErrno > 0) {
    const name = errnoName(writeErrno);
    const help = name === "EFBIG" ? SHORTER : moreSpace;
    return { why: `${events} could not be written (${name})`, help };
  }
  if (!isFinished) return { why: "its last part was not written", help: moreSpace };
  if (missed === 0) return null;
  const help =
    trace.tracer === "bpf"
      ? "have less going on at once, or set SANDBOX_TRACER=ptrace, which misses nothing and is slower"
      : "processes may be hidden here (hidepid of /proc): run as root";
  return { why: `${events} could not be recorded`, help };
}
