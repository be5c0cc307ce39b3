/** From processes as they were found to sandboxes that would make them again. Pure. */

import { NAMESPACES } from "../base/namespace-kinds.ts";
import type { FoundProcess, Inodes } from "../ir/found-process.ts";
import type { NamespaceRow } from "../ir/namespace-row.ts";

/** A sandbox to be: a PID namespace, or processes with other namespaces of their own in one. */
export interface CapturedBox {
  /** PID 1 where that is declared; null: the reaper stands there. */
  readonly init: FoundProcess | null;
  /** Whom the reaper stands for: an init of the shim's, or a maker of namespaces. */
  readonly reaper: FoundProcess | null;
  readonly ownsPid: boolean;
  /** 0: the observer's own PID namespace; 1: that of the root sandbox, or its only one. */
  readonly level: number;
  /** Who tells of its namespaces: its init where that is declared, else a member. */
  readonly sample: FoundProcess;
  /** What its namespaces are new against. */
  readonly around: FoundProcess;
  /** To be declared, the init not among them; by their PIDs there. */
  readonly processes: readonly FoundProcess[];
  readonly boxes: readonly CapturedBox[];
  /** Not declared, and why. */
  readonly left: readonly Left[];
}

export interface Left {
  readonly process: FoundProcess;
  /**
   * `forked`: by a declared one, which will do so again. `maker`: it had made a namespace that is
   * a sandbox now, and would make it again. `zombie`, and `hidden`: not ours to look into.
   */
  readonly why: "forked" | "maker" | "zombie" | "kernel" | "hidden";
  /** Of what was forked: by whom. */
  readonly by: FoundProcess | null;
}

export interface Captured {
  readonly root: CapturedBox;
  /** Level, as the observer counts, of what is level 0 around the root sandbox. */
  readonly shift: number;
}

/** Names of the shim's own processes. */
const SHIMS: ReadonlySet<string> = new Set(["sandbox-init", "sandbox-monitor"]);

/** What a box compares: all kinds but the PID namespace, which makes boxes by itself. */
const COMPARED = NAMESPACES.map(({ file }) => file).filter((file) => file !== "pid");

/** A PID namespace with processes of the capture in it. */
interface Space {
  readonly inode: number;
  readonly level: number;
  readonly parent: number | null;
  init: FoundProcess | null;
  readonly members: FoundProcess[];
}

export const pidOf = (process: FoundProcess): number => process.pids[0] ?? 0;
const levelOf = (process: FoundProcess): number => process.pids.length - 1;

export function isShim({ comm }: FoundProcess): boolean {
  return SHIMS.has(comm);
}

/**
 * `found` begins with the process that was asked for; null: its namespaces are not ours to see. What
 * was forked is left to those that forked it, as they will do so again, or with `withForked` not.
 */
export function capture(
  found: readonly FoundProcess[],
  { observer, withForked }: { readonly observer: FoundProcess; readonly withForked: boolean },
): Captured | null {
  return new Capture(found, observer, withForked).captured();
}

class Capture {
  readonly #found: ReadonlyMap<number, FoundProcess>;
  readonly #top: FoundProcess | undefined;
  readonly #observer: FoundProcess;
  readonly #withForked: boolean;
  readonly #spaces = new Map<number, Space>();
  /** Of processes that may not be looked into, but are the init of a space that others know. */
  readonly #initOf = new Map<number, number>();
  readonly #makers = new Set<number>();
  readonly #hidden: FoundProcess[] = [];

  constructor(found: readonly FoundProcess[], observer: FoundProcess, withForked: boolean) {
    this.#found = new Map(found.map((each) => [pidOf(each), each] as const));
    this.#top = found[0];
    this.#observer = observer;
    this.#withForked = withForked;
  }

  captured(): Captured | null {
    for (const { namespaces } of this.#found.values()) {
      for (const { inode, init } of namespaces.pidns)
        if (init !== null) this.#initOf.set(init, inode);
    }
    for (const process of this.#found.values()) this.#place(process);
    for (const process of this.#found.values()) this.#markMakers(process);
    const top = this.#top && this.#spaceOf(this.#top);
    // Of an init of the shim's, which nobody may look into, those inside tell.
    const isHidden = this.#top?.namespaces.pidns.length === 0 && !isShim(this.#top);
    if (top == null || isHidden) return null;
    const root = this.#box(top, this.#observer, 0);
    const only = this.#isBare(root) ? root.boxes[0] : undefined;
    if (only === undefined) return { root, shift: Math.max(0, top.level - 1) };
    // Nothing is left of the level where its maker was.
    return { root: { ...only, left: [...root.left, ...only.left] }, shift: top.level };
  }

  #isBare({ ownsPid, processes, boxes }: CapturedBox): boolean {
    return !ownsPid && processes.length === 0 && boxes.length === 1;
  }

  #spaceOf(process: FoundProcess): Space | null {
    const own = process.namespaces.pidns.at(-1)?.inode ?? this.#initOf.get(pidOf(process));
    return own === undefined ? null : (this.#spaces.get(own) ?? null);
  }

  #place(process: FoundProcess): void {
    const { pidns } = process.namespaces;
    const chain = pidns.length > 0 ? pidns : this.#chainAround(process);
    const at = pidns.length > 0 ? pidns.length - 1 : levelOf(process);
    const own = chain[at];
    if (own === undefined) {
      this.#hidden.push(process);
      return;
    }
    const space: Space = this.#spaces.get(own.inode) ?? {
      inode: own.inode,
      level: levelOf(process),
      parent: chain[at - 1]?.inode ?? null,
      init: null,
      members: [],
    };
    this.#spaces.set(own.inode, space);
    if (space.level > 0 && process.pids.at(-1) === 1) space.init = process;
    else space.members.push(process);
  }

  /** Of an init that may not be looked into, by someone inside. */
  #chainAround(init: FoundProcess): NamespaceRow["pidns"] {
    const inside = [...this.#found.values()].find(({ namespaces }) =>
      namespaces.pidns.some((each) => each.init === pidOf(init)),
    );
    return inside?.namespaces.pidns ?? [];
  }

  /** Who has made what is a sandbox now, and who would make the maker again. */
  #markMakers(process: FoundProcess): void {
    const parent = this.#found.get(process.parentPid);
    if (parent === undefined || isShim(parent)) return;
    const space = this.#spaceOf(process);
    const isElsewhere = space !== null && space !== this.#spaceOf(parent);
    if (!isElsewhere && process.comm !== "sandbox-monitor") return;
    for (
      let at: FoundProcess | undefined = parent;
      at !== undefined && !isShim(at) && !this.#makers.has(pidOf(at));
      at = this.#found.get(at.parentPid)
    ) {
      this.#makers.add(pidOf(at));
    }
  }

  /** `level` is that of what is around it. */
  #box(space: Space, around: FoundProcess, level: number): CapturedBox {
    const ownsPid = space.level > 0;
    const isKept =
      space.init !== null && !isShim(space.init) && !this.#makers.has(pidOf(space.init));
    const left: Left[] = this.#leftIn(space);
    const gone = new Set(left.map(({ process }) => process));
    const declared = space.members
      .filter((each) => !isShim(each) && !gone.has(each))
      .toSorted((a, b) => (a.pids.at(-1) ?? 0) - (b.pids.at(-1) ?? 0));
    // A shim's init stays outside of its sandbox's user namespace: the members tell.
    const tellers = isKept ? [space.init, ...declared] : [...declared, space.init];
    const sample = tellers.find((each) => each !== null && isVisible(each)) ?? around;
    const like = space.level === 0 ? around : sample;
    const own = declared.filter((each) => hasSame(each.inodes, like.inodes));
    const levelHere = level + (ownsPid ? 1 : 0);
    const nested = [...this.#spaces.values()]
      .filter(({ parent, inode }) => parent === space.inode && inode !== space.inode)
      .toSorted((a, b) => firstPid(a) - firstPid(b));
    return {
      init: isKept ? space.init : null,
      reaper: isKept ? null : space.init,
      ownsPid,
      level: levelHere,
      sample: like,
      around,
      processes: own,
      boxes: [
        ...apart(declared.filter((each) => !own.includes(each))).map(([first, ...more]) => ({
          init: null,
          reaper: null,
          ownsPid: false,
          level: levelHere,
          sample: first,
          around: like,
          processes: [first, ...more],
          boxes: [],
          left: [],
        })),
        ...nested.map((each) => this.#box(each, like, levelHere)),
      ],
      left,
    };
  }

  #leftIn(space: Space): Left[] {
    const members = space.init === null ? space.members : [space.init, ...space.members];
    const left = members.flatMap((process): Left[] => {
      if (isShim(process)) return [];
      const by = this.#found.get(process.parentPid) ?? null;
      if (this.#makers.has(pidOf(process))) return [{ process, why: "maker", by }];
      // Kernel threads have no arguments either; what has ended is in state Z.
      if (process.argv.length === 0) {
        return [{ process, why: process.state === "Z" ? "zombie" : "kernel", by }];
      }
      if (process === space.init || by === null || this.#withForked) return [];
      const isAgain = !isShim(by) && !this.#makers.has(pidOf(by));
      return isAgain ? [{ process, why: "forked", by }] : [];
    });
    const isTop = this.#top !== undefined && this.#spaceOf(this.#top) === space;
    if (!isTop) return left;
    return [
      ...left,
      ...this.#hidden.map((process): Left => ({ process, why: "hidden", by: null })),
    ];
  }
}

function firstPid({ init, members }: Space): number {
  return Math.min(...[init, ...members].map((each) => (each === null ? Infinity : pidOf(each))));
}

function isVisible({ inodes }: FoundProcess): boolean {
  return inodes["mnt"] != null;
}

/** What cannot be seen is taken for the same. */
function hasSame(own: Inodes, other: Inodes): boolean {
  return COMPARED.every(
    (kind) => own[kind] == null || other[kind] == null || own[kind] === other[kind],
  );
}

type Group = [FoundProcess, ...FoundProcess[]];

/** Those with the same namespaces together. */
function apart(processes: readonly FoundProcess[]): Group[] {
  const groups: Group[] = [];
  for (const process of processes) {
    const group = groups.find(([first]) => hasSame(process.inodes, first.inodes));
    if (group === undefined) groups.push([process]);
    else group.push(process);
  }
  return groups;
}
