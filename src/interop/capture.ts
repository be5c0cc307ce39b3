/** Groups observed processes into the sandboxes that would make them again. Pure. */

import { NAMESPACES } from "../base/namespace-kinds.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";
import type { Inodes, ObservedProcess } from "../ir/observed-process.ts";

/** A sandbox to write: a PID namespace, or processes in one that share other namespaces. */
export interface CapturedSandbox {
  /** PID 1 where it is declared; null: a reaper is PID 1. */
  readonly init: ObservedProcess | null;
  /** What the reaper replaces: an init of the shim, or a process that made namespaces. */
  readonly reaper: ObservedProcess | null;
  readonly ownsPid: boolean;
  /** 0: the observer's own PID namespace; 1: the root sandbox's. */
  readonly level: number;
  /** The process whose namespaces are the sandbox's: its init where that is declared, else a member. */
  readonly sample: ObservedProcess;
  /** A process outside; a namespace is new where it differs from this one's. */
  readonly around: ObservedProcess;
  /** The processes to declare, without the init, in the order of their PIDs there. */
  readonly processes: readonly ObservedProcess[];
  readonly sandboxes: readonly CapturedSandbox[];
  /** Processes that are not declared, and why. */
  readonly skipped: readonly Skipped[];
}

export interface Skipped {
  readonly process: ObservedProcess;
  /**
   * `forked`: a declared process forked it and will again. `maker`: it made a namespace that is a
   * sandbox now, and would make it again. `copy`: an init that this one forked and that runs the same
   * program, to reap. `kernel`: a kernel thread. `hidden`: it may not be read.
   */
  readonly why: "forked" | "maker" | "copy" | "zombie" | "kernel" | "hidden";
  /** For `forked`: the parent. */
  readonly by: ObservedProcess | null;
}

export interface Captured {
  readonly root: CapturedSandbox;
  /** The observer's level that is level 0 of the spec. */
  readonly shift: number;
}

/** What the shim calls its own processes. */
const SHIMS: ReadonlySet<string> = new Set(["sandbox-init", "sandbox-monitor"]);

/** The kinds by which sandboxes differ, besides the PID namespace. */
const COMPARED = NAMESPACES.map(({ file }) => file).filter((file) => file !== "pid");

/** A PID namespace that holds captured processes. */
interface PidNamespace {
  readonly inode: number;
  readonly level: number;
  readonly parent: number | null;
  init: ObservedProcess | null;
  readonly members: ObservedProcess[];
}

export const pidOf = (process: ObservedProcess): number => process.pids[0] ?? 0;
const levelOf = (process: ObservedProcess): number => process.pids.length - 1;

function isShim({ comm }: ObservedProcess): boolean {
  return SHIMS.has(comm);
}

/**
 * `processes` begins with the process to capture; null: its namespaces may not be read. A forked
 * process is skipped, as its parent will fork it again, unless `withForked`.
 */
export function capture(processes: readonly ObservedProcess[], options: Options): Captured | null {
  return new Capture(processes, options).captured();
}

interface Options {
  readonly observer: ObservedProcess;
  readonly withForked: boolean;
  /** The parent of the first process, which is not captured; null: unknown. */
  readonly parent?: ObservedProcess | null;
}

class Capture {
  readonly #processes: ReadonlyMap<number, ObservedProcess>;
  readonly #top: ObservedProcess | undefined;
  readonly #observer: ObservedProcess;
  readonly #withForked: boolean;
  readonly #parent: ObservedProcess | null;
  readonly #pidNamespaces = new Map<number, PidNamespace>();
  /** Inode of the namespace by the PID of its init, for inits that may not be read themselves. */
  readonly #initOf = new Map<number, number>();
  readonly #makers = new Set<number>();
  /** Inits that run what their maker runs, as bubblewrap's does. */
  readonly #copies = new Set<number>();
  readonly #hidden: ObservedProcess[] = [];

  constructor(
    processes: readonly ObservedProcess[],
    { observer, withForked, parent = null }: Options,
  ) {
    this.#processes = new Map(processes.map((each) => [pidOf(each), each] as const));
    this.#top = processes[0];
    this.#observer = observer;
    this.#withForked = withForked;
    this.#parent = parent;
  }

  captured(): Captured | null {
    for (const { namespaces } of this.#processes.values()) {
      for (const { inode, init } of namespaces.pidns)
        if (init !== null) this.#initOf.set(init, inode);
    }
    for (const process of this.#processes.values()) this.#add(process);
    for (const process of this.#processes.values()) this.#markMakers(process);
    for (const pidNamespace of this.#pidNamespaces.values()) this.#markCopy(pidNamespace);
    const top = this.#top && this.#pidNamespaceOf(this.#top);
    // An init of the shim may not be read; the processes inside are read instead.
    const isHidden = this.#top?.namespaces.pidns.length === 0 && !isShim(this.#top);
    if (top == null || isHidden) return null;
    const root = this.#sandbox(top, this.#observer, 0);
    const only = this.#isBare(root) ? root.sandboxes[0] : undefined;
    if (only === undefined) return { root, shift: Math.max(0, top.level - 1) };
    // The level that held only the maker is dropped.
    return { root: { ...only, skipped: [...root.skipped, ...only.skipped] }, shift: top.level };
  }

  #isBare({ ownsPid, processes, sandboxes }: CapturedSandbox): boolean {
    return !ownsPid && processes.length === 0 && sandboxes.length === 1;
  }

  #pidNamespaceOf(process: ObservedProcess): PidNamespace | null {
    const own = process.namespaces.pidns.at(-1)?.inode ?? this.#initOf.get(pidOf(process));
    return own === undefined ? null : (this.#pidNamespaces.get(own) ?? null);
  }

  #add(process: ObservedProcess): void {
    const { pidns } = process.namespaces;
    const chain = pidns.length > 0 ? pidns : this.#chainAround(process);
    const at = pidns.length > 0 ? pidns.length - 1 : levelOf(process);
    const own = chain[at];
    if (own === undefined) {
      this.#hidden.push(process);
      return;
    }
    const pidNamespace: PidNamespace = this.#pidNamespaces.get(own.inode) ?? {
      inode: own.inode,
      level: levelOf(process),
      parent: chain[at - 1]?.inode ?? null,
      init: null,
      members: [],
    };
    this.#pidNamespaces.set(own.inode, pidNamespace);
    if (pidNamespace.level > 0 && process.pids.at(-1) === 1) pidNamespace.init = process;
    else pidNamespace.members.push(process);
  }

  /** The namespaces of an init that may not be read, taken from a process inside. */
  #chainAround(init: ObservedProcess): NamespaceRow["pidns"] {
    const inside = [...this.#processes.values()].find(({ namespaces }) =>
      namespaces.pidns.some((each) => each.init === pidOf(init)),
    );
    return inside?.namespaces.pidns ?? [];
  }

  /** Marks the process that made this namespace, and all that would make that process again. */
  #markMakers(process: ObservedProcess): void {
    const parent = this.#processes.get(process.parentPid);
    if (parent === undefined || isShim(parent)) return;
    const pidNamespace = this.#pidNamespaceOf(process);
    const isElsewhere = pidNamespace !== null && pidNamespace !== this.#pidNamespaceOf(parent);
    if (!isElsewhere && process.comm !== "sandbox-monitor") return;
    for (
      let at: ObservedProcess | undefined = parent;
      at !== undefined && !isShim(at) && !this.#makers.has(pidOf(at));
      at = this.#processes.get(at.parentPid)
    ) {
      this.#makers.add(pidOf(at));
    }
  }

  /** An init alone is kept whatever it runs: there is nothing else to declare. */
  #markCopy({ init, members }: PidNamespace): void {
    if (init === null || isShim(init) || members.length === 0) return;
    const parent = this.#processes.get(init.parentPid) ?? this.#parent;
    if (parent !== null && pidOf(parent) === init.parentPid && runsTheSame(init, parent))
      this.#copies.add(pidOf(init));
  }

  /** `level` is the level around the sandbox. */
  #sandbox(pidNamespace: PidNamespace, around: ObservedProcess, level: number): CapturedSandbox {
    const ownsPid = pidNamespace.level > 0;
    const isKept =
      pidNamespace.init !== null &&
      !isShim(pidNamespace.init) &&
      !this.#isReplaced(pidNamespace.init);
    const skipped: Skipped[] = this.#skippedIn(pidNamespace);
    const gone = new Set(skipped.map(({ process }) => process));
    const declared = pidNamespace.members
      .filter((each) => !isShim(each) && !gone.has(each))
      .toSorted((a, b) => (a.pids.at(-1) ?? 0) - (b.pids.at(-1) ?? 0));
    // A shim's init stays outside its sandbox's user namespace, so members come first.
    const tellers = isKept ? [pidNamespace.init, ...declared] : [...declared, pidNamespace.init];
    const sample = tellers.find((each) => each !== null && isVisible(each)) ?? around;
    const like = pidNamespace.level === 0 ? around : sample;
    const own = declared.filter((each) => hasSame(each.inodes, like.inodes));
    const levelHere = level + (ownsPid ? 1 : 0);
    const nested = [...this.#pidNamespaces.values()]
      .filter(({ parent, inode }) => parent === pidNamespace.inode && inode !== pidNamespace.inode)
      .toSorted((a, b) => firstPid(a) - firstPid(b));
    return {
      init: isKept ? pidNamespace.init : null,
      reaper: isKept ? null : pidNamespace.init,
      ownsPid,
      level: levelHere,
      sample: like,
      around,
      processes: own,
      sandboxes: [
        ...apart(declared.filter((each) => !own.includes(each))).map(([first, ...more]) => ({
          init: null,
          reaper: null,
          ownsPid: false,
          level: levelHere,
          sample: first,
          around: like,
          processes: [first, ...more],
          sandboxes: [],
          skipped: [],
        })),
        ...nested.map((each) => this.#sandbox(each, like, levelHere)),
      ],
      skipped,
    };
  }

  /** Whether a reaper, or a sandbox, stands for it. */
  #isReplaced(process: ObservedProcess): boolean {
    return this.#makers.has(pidOf(process)) || this.#copies.has(pidOf(process));
  }

  #skippedIn(pidNamespace: PidNamespace): Skipped[] {
    const members =
      pidNamespace.init === null
        ? pidNamespace.members
        : [pidNamespace.init, ...pidNamespace.members];
    const skipped = members.flatMap((process): Skipped[] => {
      if (isShim(process)) return [];
      const by = this.#processes.get(process.parentPid) ?? null;
      if (this.#copies.has(pidOf(process))) return [{ process, why: "copy", by }];
      if (this.#makers.has(pidOf(process))) return [{ process, why: "maker", by }];
      // Zombies and kernel threads have no arguments; a zombie is in state Z.
      if (process.argv.length === 0) {
        return [{ process, why: process.state === "Z" ? "zombie" : "kernel", by }];
      }
      if (process === pidNamespace.init || by === null || this.#withForked) return [];
      const isAgain = !isShim(by) && !this.#isReplaced(by);
      return isAgain ? [{ process, why: "forked", by }] : [];
    });
    const isTop = this.#top !== undefined && this.#pidNamespaceOf(this.#top) === pidNamespace;
    if (!isTop) return skipped;
    return [
      ...skipped,
      ...this.#hidden.map((process): Skipped => ({ process, why: "hidden", by: null })),
    ];
  }
}

/** Whether one is a fork of the other that has executed nothing since. */
function runsTheSame(one: ObservedProcess, other: ObservedProcess): boolean {
  return one.exe !== null && one.exe === other.exe && one.argv.join("\0") === other.argv.join("\0");
}

function firstPid({ init, members }: PidNamespace): number {
  return Math.min(...[init, ...members].map((each) => (each === null ? Infinity : pidOf(each))));
}

function isVisible({ inodes }: ObservedProcess): boolean {
  return inodes["mnt"] != null;
}

/** A namespace that may not be read counts as equal. */
function hasSame(own: Inodes, other: Inodes): boolean {
  return COMPARED.every(
    (kind) => own[kind] == null || other[kind] == null || own[kind] === other[kind],
  );
}

type Group = [ObservedProcess, ...ObservedProcess[]];

/** Groups of processes with the same namespaces. */
function apart(processes: readonly ObservedProcess[]): Group[] {
  const groups: Group[] = [];
  for (const process of processes) {
    const group = groups.find(([first]) => hasSame(process.inodes, first.inodes));
    if (group === undefined) groups.push([process]);
    else group.push(process);
  }
  return groups;
}
