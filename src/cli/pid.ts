/** `sandbox pid`: any process of the machine, its PID at every level, and the way back. */

import { escapeText } from "../base/escape.ts";
import { wrap } from "../base/wrap.ts";
import {
  cgroupOf,
  type Machine,
  type MachineProcess,
  namespaceOf,
  type PidNamespace,
  pidNamespaces,
  readMachine,
} from "../host/machine.ts";
import { observers } from "./observe.ts";
import { columnsOf, STDERR, STDOUT, write } from "./terminal.ts";

export interface PidOptions {
  readonly from?: string;
  readonly json?: true;
}

const EXIT = { ok: 0, failed: 1, usage: 64 } as const;
const KINDS = ["mnt", "uts", "ipc", "net", "user", "cgroup", "time"] as const;

interface Level {
  readonly level: number;
  readonly pid: number;
  readonly pidns: number | null;
  readonly init: number | null;
  readonly initComm: string | null;
}

interface Facts {
  readonly pid: number;
  readonly comm: string;
  readonly uid: number;
  readonly levels: readonly Level[];
  /** Inodes; `here` is whether it is the one that we are in ourselves. */
  readonly namespaces: Readonly<Record<string, { inode: number | null; here: boolean }>>;
  readonly cgroup: string | null;
  readonly container: { readonly engine: string; readonly id: string } | null;
  /** Name of the run and path in it. */
  readonly sandbox: { readonly run: string; readonly path: string } | null;
}

export async function run(text: string, options: PidOptions): Promise<number> {
  const wanted = /^\d+$/.test(text) ? Number(text) : null;
  if (wanted === null || wanted < 1) return said(EXIT.usage, `"${text}" is no PID`);
  const machine = readMachine();
  const namespaces = pidNamespaces(machine);
  const pid =
    options.from === undefined ? wanted : translated(wanted, options.from, machine, namespaces);
  if (typeof pid === "string") return said(EXIT.failed, pid);
  const process = machine.processes.get(pid);
  if (process === undefined) return said(EXIT.failed, `there is no process ${pid} here`);
  const facts = factsOf(pid, process, machine, namespaces);
  write(STDOUT, options.json ? `${JSON.stringify(facts)}\n` : factsText(facts));
  return EXIT.ok;
}

function said(code: number, message: string): number {
  write(STDERR, `sandbox pid: ${escapeText(message)}\n`);
  return code;
}

/** The PID here of what is `wanted` in the PID namespace of `from`; or why there is none. */
function translated(
  wanted: number,
  from: string,
  machine: Machine,
  namespaces: ReadonlyMap<number, PidNamespace>,
): number | string {
  const base = /^\d+$/.test(from) ? Number(from) : pidOfPath(from);
  if (typeof base === "string") return base;
  const process = machine.processes.get(base);
  if (process === undefined) return `there is no process ${base} here`;
  if (process.pidns === null) return `the PID namespace of process ${base} is not ours to see`;
  const level = process.pids.length - 1;
  for (const [pid, other] of machine.processes) {
    if (other.pids[level] !== wanted || other.pidns === null) continue;
    if (isWithin(other.pidns, process.pidns, namespaces)) return pid;
  }
  return `there is no PID ${wanted} in the namespace pid:[${process.pidns}] of process ${base}`;
}

/** Whether a PID namespace is `outer`, or lies in it. */
function isWithin(
  inner: number,
  outer: number,
  namespaces: ReadonlyMap<number, PidNamespace>,
): boolean {
  const seen = new Set<number>();
  for (let at: number | null = inner; at !== null && !seen.has(at); ) {
    if (at === outer) return true;
    seen.add(at);
    at = namespaces.get(at)?.parent ?? null;
  }
  return false;
}

/** `RUN` or `RUN/PATH` of a run that is going on: its init, or that process. */
function pidOfPath(from: string): number | string {
  const [name = "", ...rest] = from.split("/");
  const observer = observers().find(({ run: { name: other } }) => other === name);
  const table = observer?.table() ?? null;
  if (observer === undefined || table === null) return `no run has the name "${name}"`;
  const path = rest.join("/");
  const { slots, sandboxes } = observer.plan;
  const sandbox = sandboxes.find((each) => each.path === path);
  const index = sandbox?.initSlot ?? slots.findIndex((slot) => slot.path === path);
  const pid = table.slots[index]?.pids[0] ?? 0;
  return pid > 0 ? pid : `the run "${name}" has no process "${path}"`;
}

function factsOf(
  pid: number,
  process: MachineProcess,
  machine: Machine,
  namespaces: ReadonlyMap<number, PidNamespace>,
): Facts {
  const cgroup = cgroupOf(pid);
  return {
    pid,
    comm: process.comm,
    uid: process.uid,
    levels: levelsOf(process, machine, namespaces),
    namespaces: Object.fromEntries(
      KINDS.map((kind) => {
        const inode = namespaceOf(pid, kind);
        return [kind, { inode, here: inode !== null && inode === namespaceOf("self", kind) }];
      }),
    ),
    cgroup: cgroup?.path ?? null,
    container: cgroup?.container ?? null,
    sandbox: sandboxOf(pid, machine),
  };
}

/** From the outermost that can be seen; each namespace is the one around the next. */
function levelsOf(
  { pids, pidns }: MachineProcess,
  { processes, observer }: Machine,
  namespaces: ReadonlyMap<number, PidNamespace>,
): Level[] {
  const levels: Level[] = [];
  let inode = pidns;
  for (let level = pids.length - 1; level >= 0; level--) {
    if (level === 0) inode = observer;
    const namespace = inode === null ? undefined : namespaces.get(inode);
    // Ours has PID 1 for all of us, even where its files are not ours to see.
    const init = namespace?.init ?? (level === 0 && processes.has(1) ? 1 : null);
    const initComm = init === null ? null : (processes.get(init)?.comm ?? null);
    levels.unshift({ level, pid: pids[level] ?? 0, pidns: inode, init, initComm });
    inode = namespace?.parent ?? null;
  }
  return levels;
}

/** The run whose process it is, or descends from. */
function sandboxOf(pid: number, { processes }: Machine): Facts["sandbox"] {
  const owners = new Map<number, { run: string; path: string }>();
  for (const observer of observers()) {
    observer.table()?.slots.forEach(({ pids, state }, index) => {
      const path = observer.plan.slots[index]?.path ?? "";
      if (state === "running" && pids[0]) owners.set(pids[0], { run: observer.run.name, path });
    });
  }
  const seen = new Set<number>();
  for (let at = pid; at > 0 && !seen.has(at); at = processes.get(at)?.parentPid ?? 0) {
    const owner = owners.get(at);
    if (owner !== undefined) return owner;
    seen.add(at);
  }
  return null;
}

function factsText(facts: Facts): string {
  const { comm, uid, levels, namespaces, cgroup, container, sandbox } = facts;
  const head = ["LEVEL", "PID", "NAMESPACE", "INIT"];
  const rows = levels.map((level) => [
    String(level.level),
    String(level.pid),
    level.pidns === null ? "not ours to see" : `pid:[${level.pidns}]`,
    level.init === null ? "-" : `${level.init} ${escapeText(level.initComm ?? "")}`,
  ]);
  const widths = head.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, Bun.stringWidth(row[column] ?? "")), title.length),
  );
  const table = [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const others = Object.entries(namespaces).map(([kind, { inode, here }]) =>
    inode === null ? `${kind} not ours to see` : here ? `${kind} as here` : `${kind}:[${inode}]`,
  );
  const field = (name: string, text: string) =>
    wrap(`${name.padEnd(12)}${text}`, columnsOf(STDOUT), 12);
  const lines = [
    `${escapeText(comm)}, user ${uid}`,
    "",
    ...table,
    "",
    field("namespaces", others.join(", ")),
  ];
  if (cgroup !== null) lines.push(field("cgroup", escapeText(cgroup)));
  if (container !== null) {
    lines.push(field("container", `${container.engine} ${escapeText(container.id)}`));
  }
  if (sandbox !== null) {
    lines.push(field("sandbox", escapeText(`${sandbox.run}/${sandbox.path}`)));
  }
  lines.push("(level 0 is here; PID namespaces above it cannot be seen from here)");
  return `${lines.join("\n")}\n`;
}
