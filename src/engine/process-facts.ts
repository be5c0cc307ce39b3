/** Gathers what is known of one process: the kernel's word, engines' states, our own runs. I/O. */

import * as fs from "node:fs";
import { cgroupOf, containerOfCgroup, containersByInit } from "../host/containers.ts";
import {
  ancestry,
  argvOf,
  INITIAL_PIDNS,
  type Machine,
  type MachineProcess,
  namespaceOf,
  readProcess,
} from "../host/machine.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import {
  type Container,
  type FactsLevel,
  PROC_NAMESPACES,
  type ProcessFacts,
  type RunMembership,
} from "../ir/process-facts.ts";
import { namespacesOf } from "./namespaces.ts";
import { watchedRuns } from "./watched-run.ts";

/** Null: it has ended meanwhile. */
export function factsOf(pid: number, machine: Machine): ProcessFacts | null {
  const process = machine.get(pid);
  if (process === undefined) return null;
  const row = namespacesOf([pid]).get(pid);
  const cgroup = cgroupOf(pid);
  const children = namespaceOf(pid, "pid_for_children");
  const own = namespaceOf(pid, "pid");
  return {
    pid,
    comm: process.comm,
    argv: argvOf(pid),
    uid: process.uid,
    state: stateOf(process),
    levels: levelsOf(process, row, machine),
    namespaces: Object.fromEntries(
      PROC_NAMESPACES.map((kind) => {
        const inode = namespaceOf(pid, kind);
        return [kind, { inode, here: inode !== null && inode === namespaceOf("self", kind) }];
      }),
    ),
    childrenPidns: children === own ? null : children,
    cgroup: cgroup?.path ?? null,
    container: (cgroup && containerOfCgroup(cgroup.text)) ?? containerOf(pid, row, machine),
    sandbox: runOf(pid, row, machine),
    observer: {
      isInitial: namespaceOf("self", "pid") === INITIAL_PIDNS,
      isForeign: isProcForeign(),
    },
  };
}

/** A process goes on while threads live, even if its leader has ended. */
function stateOf({ pids, state }: MachineProcess): string {
  if (state !== "Z") return state;
  try {
    return fs.readdirSync(`/proc/${pids[0]}/task`).length > 1 ? "S" : state;
  } catch {
    return state;
  }
}

/** Where /proc shows another PID namespace than ours, we have several PIDs there, or none. */
function isProcForeign(): boolean {
  const self = readProcess(globalThis.process.pid);
  return (
    self?.pids.length !== 1 || namespaceOf("self", "pid") !== namespaceOf(self.pids[0] ?? 0, "pid")
  );
}

/** From the outermost that can be seen; each namespace is the one around the next. */
function levelsOf(
  { pids }: MachineProcess,
  row: NamespaceRow | undefined,
  machine: Machine,
): FactsLevel[] {
  // The kernel's chain ends at our own namespace; the numbers begin at that of /proc.
  const chain = row?.pidns ?? [];
  const first = pids.length - chain.length;
  return pids.map((pid, level) => {
    const known = chain[level - first];
    // Level 0 is ours for all that we see, even where its files are not ours to look at.
    const pidns =
      known?.inode ?? (level === 0 && !isProcForeign() ? namespaceOf("self", "pid") : null);
    const init = known?.init ?? initAt(level, pidns, machine);
    const initComm = init === null ? null : (machine.get(init)?.comm ?? null);
    return { level, pid, pidns, init, initComm };
  });
}

/** For kernels that do not translate PIDs: who is PID 1 there and says so. */
function initAt(level: number, pidns: number | null, machine: Machine): number | null {
  if (pidns === null) return null;
  if (level === 0) return machine.has(1) ? 1 : null;
  for (const [pid, { pids }] of machine) {
    const isInit = pids.length === level + 1 && pids[level] === 1;
    if (isInit && namespaceOf(pid, "pid") === pidns) return pid;
  }
  return null;
}

/** By its PID namespaces' inits, and by its ancestors where it has none of its own. */
function containerOf(
  pid: number,
  row: NamespaceRow | undefined,
  machine: Machine,
): Container | null {
  const containers = containersByInit();
  if (containers.size === 0) return null;
  const inits = (row?.pidns ?? []).map(({ init }) => init ?? 0).toReversed();
  for (const each of [...inits, ...ancestry(pid, machine)]) {
    const container = containers.get(each);
    if (container !== undefined) return container;
  }
  return null;
}

/** The run whose process it is, or descends from, or whose PID namespace it has come into. */
function runOf(pid: number, row: NamespaceRow | undefined, machine: Machine): RunMembership | null {
  const owners = new Map<number, RunMembership>();
  const runByInode = new Map<number, RunMembership>();
  for (const { run, plan, table } of watchedRuns().map((each) => ({
    run: each.run.name,
    plan: each.plan,
    table: each.table(),
  }))) {
    plan.slots.forEach(({ path, kind }, index) => {
      const { state, pids } = table?.slots[index] ?? {};
      if (state !== "running" || !pids?.[0]) return;
      owners.set(pids[0], { run, path, kind: kind === "init" ? "init" : "declared" });
    });
    plan.sandboxes.forEach(({ path, initMode }, index) => {
      const inode = table?.inodes[index]?.pid ?? 0;
      if (initMode !== "subreaper" && inode > 0)
        runByInode.set(inode, { run, path, kind: "joined" });
    });
  }
  for (const each of ancestry(pid, machine)) {
    const owner = owners.get(each);
    if (owner !== undefined) return each === pid ? owner : { ...owner, kind: "forked" };
  }
  const around = (row?.pidns ?? []).toReversed();
  return around.flatMap(({ inode }) => runByInode.get(inode) ?? [])[0] ?? null;
}
