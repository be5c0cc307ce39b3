/** Reads all that a spec could say of a process. I/O: procfs. */

import * as fs from "node:fs";
import { PROCESS_FIELD_ENTRIES, type ProcessFieldKey } from "../fields/process-fields.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import type { ObservedProcess } from "../ir/observed-process.ts";
import { PROC_NAMESPACES } from "../ir/process-facts.ts";
import type { IdMap } from "../ir/sandbox.ts";
import { limitsOf } from "./limits.ts";
import { argvOf, linkOf, namespaceOf, readText } from "./machine.ts";
import { statField } from "./proc-stat.ts";

/** Null: it has ended, or its number is another process's by now. */
export function readObservedProcess(pid: number, namespaces: NamespaceRow): ObservedProcess | null {
  const before = startOf(pid);
  const status = readText(`/proc/${pid}/status`);
  if (before === null || status === null) return null;
  const field = (name: string) => new RegExp(`^${name}:\\t(.*)$`, "m").exec(status)?.[1] ?? "";
  const numbers = (name: string) => field(name).split(/\s+/).filter(Boolean).map(Number);
  const observed: ObservedProcess = {
    pids: numbers("NSpid"),
    parentPid: Number(field("PPid")),
    comm: field("Name"),
    state: stateOf(field("State").slice(0, 1), Number(field("Threads"))),
    argv: argvOf(pid),
    inodes: Object.fromEntries(PROC_NAMESPACES.map((kind) => [kind, namespaceOf(pid, kind)])),
    namespaces,
    uid: numbers("Uid")[1] ?? 0,
    gid: numbers("Gid")[1] ?? 0,
    groups: numbers("Groups"),
    uidMap: idMap(pid, "uid_map"),
    gidMap: idMap(pid, "gid_map"),
    attributes: attributesOf(pid, field),
    limits: limitsOf(pid),
    clocks: clocksOf(pid),
    cwd: linkOf(`/proc/${pid}/cwd`),
    exe: linkOf(`/proc/${pid}/exe`),
    rootInode: rootOf(pid),
    env: envOf(pid),
    files: filesOf(pid),
    capabilities: BigInt(`0x${field("CapEff") || "0"}`),
    hasSeccomp: field("Seccomp") === "2",
  };
  return startOf(pid) === before ? observed : null;
}

/** Source: time_namespaces(7), /proc/PID/timens_offsets: clock, seconds, nanoseconds. */
function clocksOf(pid: number): ObservedProcess["clocks"] {
  const text = readText(`/proc/${pid}/timens_offsets`);
  const msOf = (clock: string): number => {
    const row = new RegExp(`^${clock}\\s+(-?\\d+)\\s+(\\d+)`, "m").exec(text ?? "");
    return Number(row?.[1] ?? 0) * 1_000 + Math.round(Number(row?.[2] ?? 0) / 1e6);
  };
  return text === null ? null : { monotonicMs: msOf("monotonic"), boottimeMs: msOf("boottime") };
}

/** Each field that procfs shows, as it stands there. */
function attributesOf(
  pid: number,
  statusOf: (key: string) => string,
): ObservedProcess["attributes"] {
  const texts = PROCESS_FIELD_ENTRIES.flatMap(([key, { proc }]): [ProcessFieldKey, string][] => {
    if (proc === null) return [];
    const text =
      proc.file === "stat"
        ? statField(pid, proc.field)
        : proc.file === "status"
          ? statusOf(proc.key)
          : (readText(`/proc/${pid}/${proc.name}`)?.trim() ?? null);
    return text === null || text === "" ? [] : [[key, text]];
  });
  return Object.fromEntries(texts);
}

/** A process goes on while threads live, even if its leader has ended. */
function stateOf(letter: string, threads: number): string {
  return letter === "Z" && threads > 1 ? "S" : letter;
}

/** When it was started. */
function startOf(pid: number): string | null {
  return statField(pid, 22);
}

function rootOf(pid: number): string | null {
  try {
    const { dev, ino } = fs.statSync(`/proc/${pid}/root/`);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** Source: user_namespaces(7). */
function idMap(pid: number, name: string): IdMap[] | null {
  const text = readText(`/proc/${pid}/${name}`);
  if (text === null) return null;
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      return { inside, outside, count };
    });
}

function envOf(pid: number): [string, string][] | null {
  const text = readText(`/proc/${pid}/environ`);
  if (text === null) return null;
  return text
    .split("\0")
    .filter((entry) => entry.indexOf("=") > 0)
    .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]);
}

function filesOf(pid: number): Map<number, string> | null {
  try {
    const names = fs.readdirSync(`/proc/${pid}/fd`);
    return new Map(
      names
        .map((name): [number, string] => [Number(name), linkOf(`/proc/${pid}/fd/${name}`) ?? "?"])
        .toSorted(([a], [b]) => a - b),
    );
  } catch {
    return null;
  }
}
