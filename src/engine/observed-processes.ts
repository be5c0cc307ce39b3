/** Which processes are at and below one: by parents, and by the namespaces they live in. I/O. */

import { ancestry, type Machine } from "../host/machine.ts";
import { readObservedProcess } from "../host/read-process.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import type { ObservedProcess } from "../ir/observed-process.ts";
import { namespacesOf } from "./namespaces.ts";

const HIDDEN = { pidns: [], userns: [], names: null } as const;

/**
 * `top`, then what descends from it, and who lives in a PID namespace whose init is among these,
 * however it came there. What ends meanwhile is left out, and so is this program.
 */
export function processesBelow(top: number, machine: Machine): ObservedProcess[] {
  const deep = [...machine].flatMap(([pid, { pids }]) => (pids.length > 1 ? [pid] : []));
  const rows = namespacesOf([...new Set([...deep, ...descendantsOf(top, machine)])]);
  const others = [...membersOf(top, machine, rows)].filter((pid) => pid !== top);
  // PIDs come round: a child may have a lower one than its parent, but what was asked for is first.
  const pids = [top, ...others.toSorted((a, b) => a - b)];
  return pids.flatMap((pid) => readObservedProcess(pid, rows.get(pid) ?? { pid, ...HIDDEN }) ?? []);
}

/** This program as one of these: what is new is new against it. */
export function ownProcess(): ObservedProcess | null {
  return oneProcess(process.pid);
}

/** Null: it has ended. */
export function oneProcess(pid: number): ObservedProcess | null {
  return readObservedProcess(pid, namespacesOf([pid]).get(pid) ?? { pid, ...HIDDEN });
}

function descendantsOf(top: number, machine: Machine): number[] {
  return [...machine.keys()].filter((pid) => [...ancestry(pid, machine)].includes(top));
}

function membersOf(
  top: number,
  machine: Machine,
  rows: ReadonlyMap<number, NamespaceRow>,
): Set<number> {
  const processes = new Set([top]);
  const isInside = (pid: number) => {
    if (processes.has(machine.get(pid)?.parentPid ?? 0)) return true;
    return rows
      .get(pid)
      ?.pidns.some(({ init }, level) => level > 0 && init !== null && processes.has(init));
  };
  // Each round finds more until one finds none; there are no more rounds than processes.
  for (let size = 0; size !== processes.size; ) {
    size = processes.size;
    for (const pid of machine.keys()) {
      if (pid !== process.pid && !processes.has(pid) && isInside(pid)) processes.add(pid);
    }
  }
  return processes;
}
