/** What runs in a run and stands in no spec: forked by its processes, or joined from outside. Pure. */

import { NAMESPACE, type NamespaceFile } from "../base/namespace-kinds.ts";
import type { NamespaceKind } from "../ir/namespaces.ts";
import type { ProcRow } from "../ir/proc-row.ts";
import type { ProcessState, ReportProcess } from "./report.ts";

export interface ReportContext {
  /** In the report's order, with the row of each sandbox's init. */
  readonly declared: readonly ReportProcess[];
  /** PID at level 0 of each declared process that lives, or did a moment ago. */
  readonly byPid: ReadonlyMap<number, ReportProcess>;
  /** By inode of a PID namespace, the row of that sandbox's init. */
  readonly initOf: ReadonlyMap<number, ReportProcess>;
  readonly snapshot: readonly ProcRow[];
  /** A start on CLOCK_MONOTONIC as time since the first start of the run. */
  readonly since: (ns: number) => number | null;
  /** The namespaces of a row that are not its sandbox's. */
  readonly inodes: (row: ProcRow, sandbox: string) => ReportProcess["inodes"];
}

/** Puts what was forked behind whom it descends from, and what has joined behind the sandbox's init. */
export function withUndeclared(context: ReportContext): readonly ReportProcess[] {
  const { declared, byPid, snapshot } = context;
  const undeclared = snapshot.filter(({ pids }) => !byPid.has(pids[0] ?? 0));
  if (undeclared.length === 0) return declared;
  const live = new Map(snapshot.map((row) => [row.pids[0] ?? 0, row] as const));
  const below = new Map<ReportProcess, ReportProcess[]>();
  const heads = new Map<number, ReportProcess>(byPid);
  const namespaceOwners = new Map(context.initOf);
  // Outermost first: what has joined a namespace that others made finds its sandbox by theirs.
  for (const row of undeclared.toSorted((a, b) => a.pids.length - b.pids.length)) {
    const top = topOf(row, live, heads);
    const head = "row" in top ? join(top.row) : top.head;
    if (head === null || head.pids[0] === row.pids[0]) continue;
    insert(head, forkedRow(row, head, context));
    const inode = row.inodes.pid ?? 0;
    if (inode !== 0 && !namespaceOwners.has(inode)) namespaceOwners.set(inode, head);
  }
  return declared.flatMap((row) => withBelow(row));

  function insert(above: ReportProcess, row: ReportProcess): void {
    const list = below.get(above);
    if (list === undefined) below.set(above, [row]);
    else list.push(row);
  }

  /** Null of what is at level 0: there are only helpers of the shim's own. */
  function join(row: ProcRow): ReportProcess | null {
    const init = namespaceOwners.get(row.inodes.pid ?? 0) ?? declared[0];
    if (row.pids.length === 1 || init === undefined) return null;
    const level = Math.min(init.level, row.pids.length - 1);
    const path = `${init.sandbox === "" ? "" : `${init.sandbox}/`}+${row.pids[level]}`;
    const joined = bareRow(row, path, "joined", init.sandbox, context);
    heads.set(row.pids[0] ?? 0, joined);
    insert(init, joined);
    return joined;
  }

  function withBelow(row: ReportProcess): ReportProcess[] {
    const list = below.get(row);
    if (list === undefined) return [row];
    const ordered = list.toSorted(
      (a, b) => rank(a) - rank(b) || (a.pids[row.level] ?? 0) - (b.pids[row.level] ?? 0),
    );
    // What has joined has only what it forked below it: two levels, no more.
    return [row, ...ordered.flatMap((one) => (one.kind === "joined" ? withBelow(one) : [one]))];
  }
}

const rank = ({ kind }: ReportProcess) => (kind === "joined" ? 1 : 0);

/** Declared or joined, whom `start` descends from; or the first of its line, with no such above it. */
function topOf(
  start: ProcRow,
  live: ReadonlyMap<number, ProcRow>,
  heads: Map<number, ReportProcess>,
): { readonly head: ReportProcess } | { readonly row: ProcRow } {
  let row = start;
  // No chain is longer than the number of processes, even if a snapshot were to hold a circle.
  for (let steps = 0; steps <= live.size; steps++) {
    const head = heads.get(row.pids[0] ?? 0) ?? heads.get(row.ppids[0] ?? 0);
    if (head !== undefined) return { head };
    const above = live.get(row.ppids[0] ?? 0);
    if (above === undefined) break;
    row = above;
  }
  return { row };
}

function forkedRow(row: ProcRow, head: ReportProcess, context: ReportContext): ReportProcess {
  // Its number where whom it descends from lives: there no two are alike.
  const path = `${head.path}+${row.pids[head.level]}`;
  const forked = bareRow(row, path, "forked", head.sandbox, context);
  // The kernel's start times are whole ticks of 10 ms; nobody is older than its parent.
  const started = Math.max(forked.started_ns ?? 0, head.started_ns ?? 0);
  return { ...forked, started_ns: started };
}

function bareRow(
  row: ProcRow,
  path: string,
  kind: "forked" | "joined",
  sandbox: string,
  { since, inodes }: ReportContext,
): ReportProcess {
  return {
    path,
    kind,
    sandbox,
    level: row.pids.length - 1,
    pids: row.pids,
    ppids: row.ppids,
    state: liveState(row.state),
    reason: null,
    exit: null,
    fault: null,
    ended_by: null,
    failed: false,
    pinned: [],
    comm: row.comm,
    argv: row.argv.length > 0 ? row.argv : [`[${row.comm}]`],
    ...(row.isArgvCut && { argv_cut: true }),
    started_ns: since(row.startNs),
    ended_ns: null,
    ...ofLive(row, inodes(row, sandbox)),
  };
}

/** What only a living process has in its row. */
export function ofLive(
  row: ProcRow,
  inodes: ReportProcess["inodes"],
): Pick<ReportProcess, "uid" | "inodes"> {
  return { ...(row.uid !== null && { uid: row.uid }), ...(inodes !== undefined && { inodes }) };
}

export function liveState(letter: string): ProcessState {
  if (letter === "Z" || letter === "X") return "zombie";
  return letter === "T" || letter === "t" ? "stopped" : "running";
}

/** `inodes` by the names of /proc/PID/ns; those that `sandbox` has too are left out. */
export function ownInodes(
  inodes: ProcRow["inodes"],
  sandbox: Readonly<Record<NamespaceKind, number>> | undefined,
): ReportProcess["inodes"] {
  let own: Record<string, number> | undefined;
  for (const [kind, inode] of Object.entries(inodes)) {
    if (sandbox?.[kind as NamespaceKind] === inode) continue;
    own = { ...own, [fileOf(kind as NamespaceKind)]: inode };
  }
  return own;
}

/** The name of a kind in /proc/PID/ns. */
export function fileOf(kind: NamespaceKind): NamespaceFile {
  return NAMESPACE[kind].file;
}
