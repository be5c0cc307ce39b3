/** Every process of the machine that this one can see, with its PID namespaces. I/O: procfs. */

import * as fs from "node:fs";

export interface MachineProcess {
  /** By level from the observer's own namespace down. */
  readonly pids: readonly number[];
  readonly parentPid: number;
  readonly uid: number;
  readonly comm: string;
  /** Inode of its PID namespace; null where we may not look. */
  readonly pidns: number | null;
}

export interface Machine {
  readonly processes: ReadonlyMap<number, MachineProcess>;
  /** The PID namespace that all of this is seen from. */
  readonly observer: number;
}

export function readMachine(): Machine {
  const processes = new Map<number, MachineProcess>();
  for (const name of fs.readdirSync("/proc")) {
    const pid = Number(name);
    const found = Number.isInteger(pid) ? readProcess(pid) : null;
    if (found !== null) processes.set(pid, found);
  }
  return { processes, observer: namespaceOf("self", "pid") ?? 0 };
}

/** Source: proc_pid_status(5). Null: it has ended. */
export function readProcess(pid: number): MachineProcess | null {
  let status: string;
  try {
    status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return null;
  }
  const field = (name: string) => new RegExp(`^${name}:\\t(.*)$`, "m").exec(status)?.[1] ?? "";
  const pids = field("NSpid").split("\t").map(Number);
  return {
    pids,
    parentPid: Number(field("PPid")),
    uid: Number(field("Uid").split("\t")[0]),
    comm: field("Name"),
    pidns: namespaceOf(pid, "pid"),
  };
}

/** Inode of a namespace; null where the kernel does not let us look. Source: namespaces(7). */
export function namespaceOf(pid: number | "self", kind: string): number | null {
  try {
    return fs.statSync(`/proc/${pid}/ns/${kind}`).ino;
  } catch {
    return null;
  }
}

/** Of a PID namespace: its init, and the namespace around it as far as it can be seen. */
export interface PidNamespace {
  readonly inode: number;
  readonly level: number;
  readonly init: number | null;
  readonly parent: number | null;
}

/** Each PID namespace with a process in it, by its inode. */
export function pidNamespaces({ processes, observer }: Machine): Map<number, PidNamespace> {
  const found = new Map<number, PidNamespace>();
  for (const [pid, { pids, pidns, parentPid }] of processes) {
    if (pidns === null) continue;
    const isInit = pids.at(-1) === 1;
    const known = found.get(pidns);
    if (known !== undefined && (known.init !== null || !isInit)) continue;
    // The parent of an init lives in the namespace that made it.
    const around = isInit && pidns !== observer ? (processes.get(parentPid)?.pidns ?? null) : null;
    found.set(pidns, {
      inode: pidns,
      level: pids.length - 1,
      init: isInit ? pid : null,
      parent: around ?? known?.parent ?? null,
    });
  }
  return found;
}

export interface Container {
  readonly engine: string;
  readonly id: string;
}

/** What container engines write into the names of their control groups. */
const ENGINES: readonly (readonly [engine: string, pattern: RegExp])[] = [
  ["docker", /docker[/-]([0-9a-f]{12,64})/],
  ["podman", /libpod-([0-9a-f]{12,64})/],
  ["containerd", /cri-containerd-([0-9a-f]{12,64})/],
  ["cri-o", /crio-([0-9a-f]{12,64})/],
  ["kubernetes", /kubepods[^/]*\/.*\/([0-9a-f]{12,64})/],
  ["lxc", /lxc(?:\.payload)?[./]([^/]+)/],
  ["systemd-nspawn", /machine-([^/]+)\.scope/],
];

/** Path of its control group (v2, else the first), and the container that the path names. */
export function cgroupOf(pid: number): { path: string; container: Container | null } | null {
  let text: string;
  try {
    text = fs.readFileSync(`/proc/${pid}/cgroup`, "utf8").trim();
  } catch {
    return null;
  }
  const lines = text.split("\n");
  const line = lines.find((each) => each.startsWith("0::")) ?? lines[0] ?? "";
  const path = line.split(":").slice(2).join(":");
  for (const [engine, pattern] of ENGINES) {
    const id = pattern.exec(text)?.[1];
    if (id !== undefined) return { path, container: { engine, id: id.slice(0, 12) } };
  }
  return { path, container: null };
}
