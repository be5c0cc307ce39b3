/** Reads all that a spec could say of a process. I/O: procfs. */

import * as fs from "node:fs";
import type { FoundProcess } from "../ir/found-process.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import { PROC_NAMESPACES } from "../ir/process-facts.ts";
import type { IdMap } from "../ir/sandbox.ts";
import { limitsOf } from "./limits.ts";
import { argvOf, linkOf, namespaceOf, readText } from "./machine.ts";

/** Null: it has ended, or its number is another process's by now. */
export function readFound(pid: number, namespaces: NamespaceRow): FoundProcess | null {
  const before = startOf(pid);
  const status = readText(`/proc/${pid}/status`);
  if (before === null || status === null) return null;
  const field = (name: string) => new RegExp(`^${name}:\\t(.*)$`, "m").exec(status)?.[1] ?? "";
  const numbers = (name: string) => field(name).split(/\s+/).filter(Boolean).map(Number);
  const found: FoundProcess = {
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
    umask: field("Umask") === "" ? null : Number.parseInt(field("Umask"), 8),
    limits: limitsOf(pid),
    cwd: linkOf(`/proc/${pid}/cwd`),
    exe: linkOf(`/proc/${pid}/exe`),
    rootInode: rootOf(pid),
    env: envOf(pid),
    files: filesOf(pid),
    capabilities: BigInt(`0x${field("CapEff") || "0"}`),
    hasSeccomp: field("Seccomp") === "2",
  };
  return startOf(pid) === before ? found : null;
}

/** Of a leader that has ended while other threads live, the process goes on. */
function stateOf(letter: string, threads: number): string {
  return letter === "Z" && threads > 1 ? "S" : letter;
}

/** Field 22 of /proc/PID/stat, when it was started. Source: proc_pid_stat(5). */
function startOf(pid: number): string | null {
  const text = readText(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
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
