/** From what a user calls a process to its PID here, through the kernel's own numbers. I/O. */

import { ancestry, type Machine, procHidesProcesses, readProcess } from "../host/machine.ts";
import { namespacesOf } from "./namespaces.ts";
import { type WatchedRun, watchedRuns } from "./watched-run.ts";

/** A PID here, or why there is none. */
export type Named = number | string;

/**
 * A PID here, or a process of a run: `RUN/outer/web`, `RUN/outer:7` (PID 7 in that sandbox's PID
 * namespace), `RUN/outer/web+9` (what a report calls a forked one). Where only one run is going on
 * its name may be left out.
 */
export function pidNamed(text: string, machine: Machine): Named {
  if (/^\d+$/.test(text)) {
    const pid = Number(text);
    return machine.has(pid) ? pid : `there is no process ${text} here${whyUnseen(pid)}`;
  }
  const [, name = "", mark, number] = /^([^:+]*)(?:([:+])(\d+))?$/.exec(text) ?? [];
  if (name === "" && mark !== ":") {
    return `"${text}" names no process: write a PID, RUN/PATH, or RUN/PATH+N for what that has forked`;
  }
  const matches = pidInRun(name);
  if (typeof matches === "string") return matches;
  if (mark === undefined) return matches.pid;
  const wanted = Number(number);
  return mark === ":"
    ? pidWithin(wanted, matches.pid, machine)
    : (forkedBy(matches.pid, wanted, machine) ?? `"${name}" has forked no process ${wanted}`);
}

/** Why a PID may name nothing though the user has seen it somewhere. */
function whyUnseen(pid: number): string {
  const group = readProcess(pid)?.threadGroup;
  if (group !== undefined && group !== pid) return `: it is a thread of process ${group}`;
  return procHidesProcesses() ? ", or /proc hides it (hidepid)" : "";
}

function pidInRun(name: string): { readonly pid: number } | string {
  const runs = watchedRuns();
  const [first = "", ...rest] = name.split("/");
  const named = runs.find(({ run }) => run.name === first);
  const [only] = runs.length === 1 ? runs : [];
  const watched = named ?? only;
  if (watched === undefined) {
    const names = runs.map(({ run }) => run.name).join(", ");
    return `no run has the name "${first}"; ${names === "" ? "nothing is running" : `there are ${names}`}`;
  }
  const path = named === undefined ? name : rest.join("/");
  const slot = slotOf(watched, path);
  const pid = slot === null ? 0 : (watched.table()?.slots[slot]?.pids[0] ?? 0);
  if (slot === null) return `the run "${watched.run.name}" has no process or sandbox "${path}"`;
  return pid > 0 ? { pid } : `"${path}" of the run "${watched.run.name}" is not running`;
}

/** The slot of a process; the init's for a sandbox, or for a path that ends in `/init`. */
function slotOf({ plan }: WatchedRun, path: string): number | null {
  const index = plan.slots.findIndex((slot) => slot.path === path);
  if (index >= 0) return index;
  const around = path === "init" ? "" : path.replace(/\/init$/, "");
  return plan.sandboxes.find((sandbox) => sandbox.path === around)?.initSlot ?? null;
}

function forkedBy(ancestor: number, wanted: number, machine: Machine): number | null {
  for (const [pid, { pids }] of machine) {
    if (pids.at(-1) !== wanted || pid === ancestor) continue;
    if ([...ancestry(pid, machine)].includes(ancestor)) return pid;
  }
  return null;
}

/** Who is PID `wanted` in the PID namespace of process `base`. */
export function pidWithin(wanted: number, base: number, machine: Machine): Named {
  const level = (machine.get(base)?.pids.length ?? 0) - 1;
  if (level < 0) return `there is no process ${base} here`;
  if (level === 0) return machine.has(wanted) ? wanted : `there is no process ${wanted} here`;
  const candidates = [...machine].flatMap(([pid, { pids }]) =>
    pids.length > level && pids[level] === wanted ? [pid] : [],
  );
  const namespace = namespaceAround(base, level, machine);
  if (namespace === null) return `the PID namespace of process ${base} is not ours to see`;
  if (wanted === 1 && namespace.init !== null) return namespace.init;
  const rows = namespacesOf(candidates);
  const matches = candidates.find((pid) =>
    rows.get(pid)?.pidns.some(({ inode }) => inode === namespace.inode),
  );
  if (matches !== undefined) return matches;
  const hidden = candidates.filter((pid) => rows.get(pid)?.pidns.length === 0);
  const location = `the namespace pid:[${namespace.inode}] of process ${base}`;
  return hidden.length === 0
    ? `there is no PID ${wanted} in ${location}`
    : `PID ${wanted} in ${location} may be process ${hidden.join(" or ")}: its namespaces are not ours to see`;
}

/** The namespace of a process that may not be read, taken from processes in it or below it. */
function namespaceAround(base: number, level: number, machine: Machine) {
  const own = namespacesOf([base]).get(base)?.pidns.at(-1);
  if (own !== undefined) return own;
  const below = [...machine].flatMap(([pid, { pids }]) => (pids.length > level ? [pid] : []));
  for (const { pidns } of namespacesOf(below).values()) {
    const matches = pidns.find(({ init }) => init === base);
    if (matches !== undefined) return matches;
  }
  return null;
}
