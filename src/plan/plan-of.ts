/** From the type-checked tree to the plan: slots in order, who supervises whom, every PID. Pure. */

import type { Process } from "../ir/process.ts";
import type { Sandbox } from "../ir/sandbox.ts";
import { type Claim, numberBlocks } from "./pid-blocks.ts";
import type { InitMode, Mount, Plan, PlanSandbox, Slot, SlotProcess, Until } from "./plan.ts";

/** A sandbox on its way into the plan; `claim` numbers are filled in at the end. */
interface Draft {
  readonly ir: Sandbox;
  readonly index: number;
  readonly parent: number | null;
  readonly initMode: InitMode;
  /** Sandboxes that own the PID namespaces visible here, by level; index 0 is level 1. */
  readonly owners: readonly number[];
  readonly slots: { first: number; end: number };
  /** Nearest sandbox, its own included, whose init is the shim; null: the monitor. */
  readonly supervisor: number | null;
  readonly nsHelperClaim: Claim | null;
  readonly mapperClaim: Claim | null;
}

/** A slot without its numbers. */
interface SlotDraft extends Omit<Slot, "pids" | "process"> {
  readonly ir: Process | null;
  readonly claim: Claim;
}

/** Slots of a sandbox: its init, then the others in source order. Linear in their number. */
export function planOf(root: Sandbox): Plan {
  const { drafts, slots, claims } = new Drafts(root);
  const { pids, lastPids } = numberBlocks(claims);
  const indexOf = indexOfSlots(drafts, slots);
  return {
    plan: 1,
    sandbox: root.name,
    description: root.description,
    sandboxes: drafts.map((draft) => planSandbox(draft, pids, lastPids, indexOf)),
    slots: slots.map(({ ir, claim, ...slot }) => ({
      ...slot,
      pids: pids.get(claim) ?? [null],
      process: ir === null ? null : slotProcess(ir, indexOf),
    })),
  };
}

/** Sandboxes and slots in plan order, with what each claims of the PID namespaces around it. */
class Drafts {
  readonly drafts: Draft[] = [];
  readonly slots: SlotDraft[] = [];
  readonly claims: Claim[] = [];
  readonly #nsHelperUsers: ReadonlySet<Sandbox>;
  readonly #mapperUsers: ReadonlySet<Sandbox>;

  constructor(root: Sandbox) {
    this.#nsHelperUsers = usersOfNsHelpers(root);
    this.#mapperUsers = usersOfMappers(root);
    const pending: { ir: Sandbox; parent: number | null }[] = [{ ir: root, parent: null }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const index = this.#add(next.ir, next.parent);
      for (const ir of next.ir.sandboxes.toReversed()) pending.push({ ir, parent: index });
    }
  }

  /** Adds a sandbox with its slots; returns its index. */
  #add(ir: Sandbox, parent: number | null): number {
    const index = this.drafts.length;
    const above = parent === null ? null : (this.drafts[parent] ?? null);
    const initMode = initModeOf(ir);
    const owners =
      initMode === "subreaper" ? (above?.owners ?? []) : [...(above?.owners ?? []), index];
    const supervisorAbove = above?.supervisor ?? null;
    const supervisor = initMode === "process" ? supervisorAbove : index;
    const own = ir.processes.find((process) => process.name === ir.init) ?? null;
    const sandbox = { ir, index, owners };
    const first = this.slots.length;
    this.#addSlot(sandbox, own, { supervisor: supervisorAbove, isInit: initMode !== "subreaper" });
    const claim = () => this.#claim({ owners, pins: [], isInit: false, path: "" });
    const nsHelperClaim = this.#nsHelperUsers.has(ir) ? claim() : null;
    const mapperClaim = this.#mapperUsers.has(ir) ? claim() : null;
    for (const process of ir.processes) {
      if (process !== own) this.#addSlot(sandbox, process, { supervisor, isInit: false });
    }
    const slots = { first, end: this.slots.length };
    const claims = { nsHelperClaim, mapperClaim };
    this.drafts.push({ ir, index, parent, initMode, owners, slots, supervisor, ...claims });
    return index;
  }

  /** Without a process it is the init of the shim's. */
  #addSlot(
    { ir, index, owners }: Pick<Draft, "ir" | "index" | "owners">,
    process: Process | null,
    { supervisor, isInit }: { readonly supervisor: number | null; readonly isInit: boolean },
  ): void {
    const name = process?.name ?? "init";
    const path = ir.path === "" ? name : `${ir.path}/${name}`;
    this.slots.push({
      path,
      kind: process === null ? "init" : "process",
      span: process?.span ?? ir.span,
      sandbox: index,
      supervisor,
      level: ir.level,
      ir: process,
      claim: this.#claim({ owners, pins: process?.pins ?? [], isInit, path }),
    });
  }

  #claim(claim: Claim): Claim {
    this.claims.push(claim);
    return claim;
  }
}

/** A sandbox whose init is a process is also known by the path that a shim's init would have. */
function indexOfSlots(
  drafts: readonly Draft[],
  slots: readonly SlotDraft[],
): (path: string) => number {
  const known = new Map(slots.map(({ path }, index) => [path, index] as const));
  for (const { ir, slots: own } of drafts) {
    const path = ir.path === "" ? "init" : `${ir.path}/init`;
    if (!known.has(path)) known.set(path, own.first);
  }
  return (path) => known.get(path) ?? unknownSlot(path);
}

function unknownSlot(path: string): never {
  throw new Error(`bug: the plan has no slot "${path}"`);
}

function initModeOf(sandbox: Sandbox): InitMode {
  if (sandbox.namespaces.pid !== "new") return "subreaper";
  return sandbox.init === null ? "reaper" : "process";
}

/**
 * Sandboxes in whose PID namespace the shim needs a short-lived child: to make a user namespace,
 * to put processes into a sandbox below whose init is no shim, or to make a PID namespace there.
 */
function usersOfNsHelpers(root: Sandbox): Set<Sandbox> {
  const users = new Set<Sandbox>();
  const pending: { ir: Sandbox; parent: Sandbox | null; supervisor: Sandbox | null }[] = [
    { ir: root, parent: null, supervisor: null },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { ir, parent, supervisor } = next;
    const isOwn = initModeOf(ir) === "process";
    const isBelowOwn = parent !== null && initModeOf(parent) === "process";
    if (ir.namespaces.user === "new") users.add(ir);
    if (supervisor !== null && (isBelowOwn || (isOwn && ir.processes.length > 1))) {
      users.add(supervisor);
    }
    if (isBelowOwn && parent !== null && ir.namespaces.pid === "new") users.add(parent);
    const below = isOwn ? supervisor : ir;
    for (const nested of ir.sandboxes) pending.push({ ir: nested, parent: ir, supervisor: below });
  }
  return users;
}

/**
 * Sandboxes with a user namespace below another one of the run: only a process that lives in the
 * one above may map their ids, and no init does. Source: user_namespaces(7).
 */
function usersOfMappers(root: Sandbox): Set<Sandbox> {
  const users = new Set<Sandbox>();
  const pending: { ir: Sandbox; isBelow: boolean }[] = [{ ir: root, isBelow: false }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { ir, isBelow } = next;
    const isNew = ir.namespaces.user === "new";
    if (isNew && isBelow) users.add(ir);
    for (const nested of ir.sandboxes) pending.push({ ir: nested, isBelow: isBelow || isNew });
  }
  return users;
}

function planSandbox(
  draft: Draft,
  pids: ReadonlyMap<Claim, readonly (number | null)[]>,
  lastPids: ReadonlyMap<number, number>,
  indexOf: (path: string) => number,
): PlanSandbox {
  const { ir } = draft;
  const { until } = ir;
  return {
    name: ir.name,
    path: ir.path,
    span: ir.span,
    parent: draft.parent,
    level: ir.level,
    initMode: draft.initMode,
    initSlot: draft.slots.first,
    slots: draft.slots,
    namespaces: ir.namespaces,
    hostname: ir.hostname,
    domainname: ir.domainname,
    user: ir.user,
    uidMap: ir.uidMap,
    gidMap: ir.gidMap,
    clocks: ir.clocks,
    root: ir.root,
    mounts: mountsOf(ir, draft.parent === null),
    nsHelper: draft.nsHelperClaim === null ? null : (pids.get(draft.nsHelperClaim) ?? null),
    mapper: draft.mapperClaim === null ? null : (pids.get(draft.mapperClaim) ?? null),
    lastPid: lastPids.get(draft.index) ?? null,
    until: typeof until === "string" ? { kind: until } : untilSlots(draft, until, indexOf),
    timeoutMs: ir.timeoutMs,
    stop: ir.stop,
  };
}

/** Copies stand side by side, but for one that is init and stands first: its end is the end anyway. */
function untilSlots(
  { ir }: Draft,
  { processes }: { readonly processes: readonly string[] },
  indexOf: (path: string) => number,
): Until {
  const prefix = ir.path === "" ? "" : `${ir.path}/`;
  const others = processes.length > 1 ? processes.filter((name) => name !== ir.init) : processes;
  const first = indexOf(prefix + others[0]);
  return { kind: "process", slots: { first, end: first + others.length } };
}

/** A procfs shows its mounter's PID namespace, so one is mounted only where both are new. */
function mountsOf(sandbox: Sandbox, isRoot: boolean): Mount[] {
  if (sandbox.namespaces.mount !== "new") return [];
  const mounts: Mount[] = [];
  if (sandbox.namespaces.pid === "new") mounts.push({ kind: "proc" });
  if (isRoot) mounts.push({ kind: "dev" }, { kind: "tmpfs", at: "/tmp" }, { kind: "run" });
  return mounts;
}

const NOTHING: SlotProcess["dependsOn"] = [];

function slotProcess(process: Process, indexOf: (path: string) => number): SlotProcess {
  const { name: _name, path: _path, span: _span, dependsOn, ...rest } = process;
  return {
    ...rest,
    // One list for all that have none: copies are recognised by the lists that they share.
    dependsOn:
      dependsOn.length === 0
        ? NOTHING
        : dependsOn
            .map(({ path, condition }) => ({ slot: indexOf(path), condition }))
            .toSorted((a, b) => a.slot - b.slot),
  };
}
