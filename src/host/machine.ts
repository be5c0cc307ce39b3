/** Every process of the machine that this one can see. I/O: procfs. */

import * as fs from "node:fs";

export interface MachineProcess {
  /** PIDs by level, from the PID namespace of procfs down. */
  readonly pids: readonly number[];
  /** PID of the process that a thread belongs to; a process's own PID. */
  readonly threadGroup: number;
  readonly parentPid: number;
  /** The real user. */
  readonly uid: number;
  readonly comm: string;
  /** One letter, as in proc_pid_stat(5). */
  readonly state: string;
}

export type Machine = ReadonlyMap<number, MachineProcess>;

/** Inode of the machine's own PID namespace. Source: PROC_PID_INIT_INO, linux/proc_ns.h. */
export const INITIAL_PIDNS = 0xeffffffc;

export function readMachine(): Machine {
  const processes = new Map<number, MachineProcess>();
  for (const name of fs.readdirSync("/proc")) {
    const pid = Number(name);
    const process = Number.isInteger(pid) ? readProcess(pid) : null;
    if (process !== null) processes.set(pid, process);
  }
  return processes;
}

/** Reads a process or a thread; null: it has ended. Source: proc_pid_status(5). */
export function readProcess(pid: number): MachineProcess | null {
  const status = readText(`/proc/${pid}/status`);
  if (status === null) return null;
  const field = (name: string) => new RegExp(`^${name}:\\t(.*)$`, "m").exec(status)?.[1] ?? "";
  return {
    pids: field("NSpid").split("\t").map(Number),
    threadGroup: Number(field("Tgid")),
    parentPid: Number(field("PPid")),
    uid: Number(field("Uid").split("\t")[0]),
    comm: field("Name"),
    state: field("State").slice(0, 1),
  };
}

/** Null: the file is gone or may not be read. */
export function readText(path: string): string | null {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** Null: the link is gone or may not be followed. */
export function linkOf(path: string): string | null {
  try {
    return fs.readlinkSync(path);
  } catch {
    return null;
  }
}

/** The arguments; a zombie and a kernel thread have none. */
export function argvOf(pid: number): string[] {
  const text = readText(`/proc/${pid}/cmdline`) ?? "";
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** The inode of a namespace; null where it may not be read. Source: namespaces(7). */
export function namespaceOf(pid: number | "self", kind: string): number | null {
  try {
    return fs.statSync(`/proc/${pid}/ns/${kind}`).ino;
  } catch {
    return null;
  }
}

/** A process, its parent, and so on. Ends even if the scan shows a circle. */
export function* ancestry(pid: number, machine: Machine): Generator<number> {
  const visited = new Set<number>();
  for (let at = pid; at > 0 && !visited.has(at); at = machine.get(at)?.parentPid ?? 0) {
    visited.add(at);
    yield at;
  }
}

/** Whether /proc is mounted with hidepid. Source: proc(5). */
export function procHidesProcesses(): boolean {
  // The last of several mounts on one another is the visible one.
  const line = (readText("/proc/self/mountinfo") ?? "")
    .split("\n")
    .findLast((each) => each.split(" ")[4] === "/proc" && each.includes(" - proc "));
  return /hidepid=(?!0|off)/.test(line ?? "");
}
