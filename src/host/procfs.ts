/** What runs below a process, from procfs: PIDs at every level, parents, states. I/O. */

import * as fs from "node:fs";
import type { ProcRow } from "../ir/proc-row.ts";

interface Stat {
  readonly parentPid: number;
  readonly state: string;
  readonly comm: string;
  readonly startTicks: number;
}

/**
 * Every living descendant of `ancestor`, itself not included. A process that ends, or whose number
 * is used again, during the scan is left out: no row is made of two processes.
 */
export function descendantsOf(ancestor: number): ProcRow[] {
  const stats = new Map<number, Stat>();
  for (const name of fs.readdirSync("/proc")) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? readStat(pid) : null;
    if (stat !== null) stats.set(pid, stat);
  }
  const children = new Map<number, number[]>();
  for (const [pid, { parentPid }] of stats) {
    const list = children.get(parentPid) ?? [];
    children.set(parentPid, list);
    list.push(pid);
  }
  const rows: ProcRow[] = [];
  const pending = [...(children.get(ancestor) ?? [])];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    pending.push(...(children.get(pid) ?? []));
    const before = stats.get(pid);
    const pids = readNspid(pid);
    const argv = readArgv(pid);
    const after = readStat(pid);
    if (pids === null || after === null || after.startTicks !== before?.startTicks) continue;
    rows.push({ pids, argv, pidns: 0, ...after });
  }
  return rows;
}

function read(path: string): string | null {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return null; // it has ended
  }
}

/** Source: proc_pid_stat(5). The name stands in parentheses and may hold any character. */
function readStat(pid: number): Stat | null {
  const text = read(`/proc/${pid}/stat`);
  if (text === null) return null;
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  return {
    comm: text.slice(open + 1, close),
    state: fields[0] ?? "?",
    parentPid: Number(fields[1]),
    startTicks: Number(fields[19]),
  };
}

/** Source: proc_pid_status(5). */
function readNspid(pid: number): number[] | null {
  const line = /^NSpid:\t(.*)$/m.exec(read(`/proc/${pid}/status`) ?? "");
  return line?.[1]?.split("\t").map(Number) ?? null;
}

function readArgv(pid: number): string[] {
  const text = read(`/proc/${pid}/cmdline`) ?? "";
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}
