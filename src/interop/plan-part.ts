/** Makes a plan of one sandbox of a plan, or of one process. Pure. */

import type { NamespaceKind, NamespaceMode } from "../ir/namespaces.ts";
import type { Expect } from "../ir/process.ts";
import type { Plan, PlanSandbox, Slot, SlotProcess } from "../plan/plan.ts";

export interface PlanPart {
  readonly plan: Plan;
  /** The index in the whole plan of each slot. */
  readonly slots: readonly number[];
  /** Paths of processes outside of the part that a slot waits for, by slot. */
  readonly outside: ReadonlyMap<number, readonly string[]>;
}

/**
 * The sandbox at `top` becomes the root, at level 1 if it has a PID namespace of its own or around it.
 * With `only` it keeps that one slot, pinned to its PID, and no sandbox inside.
 */
export function partOfPlan(whole: Plan, top: number, only: number | null): PlanPart {
  const included = only === null ? insideOf(whole, top) : [top];
  const slots = whole.slots.flatMap(({ sandbox, kind }, index) =>
    included.includes(sandbox) && (only === null || index === only || kind === "init")
      ? [index]
      : [],
  );
  const shift = Math.max(0, (whole.sandboxes[top]?.level ?? 1) - 1);
  const prefix = whole.sandboxes[top]?.path ?? "";
  const withoutPrefix = (path: string) =>
    path === prefix ? "" : prefix === "" ? path : path.slice(prefix.length + 1);
  const outside = new Map<number, readonly string[]>();
  const indexOf = new Map(slots.map((slot, index) => [slot, index] as const));
  const first = (slot: number) => indexOf.get(slot) ?? 0;

  const slotsOfPart = slots.map((from, index): Slot => {
    const slot = whole.slots[from] as Slot;
    const waits = slot.process?.dependsOn ?? [];
    const outsideWaits = waits.filter((each) => !indexOf.has(each.slot));
    if (outsideWaits.length > 0)
      outside.set(
        index,
        outsideWaits.map((each) => whole.slots[each.slot]?.path ?? ""),
      );
    return {
      ...slot,
      path: withoutPrefix(slot.path),
      sandbox: included.indexOf(slot.sandbox),
      level: slot.level - shift,
      pids: slot.pids.slice(shift),
      process: slot.process && processOfPart(slot, slot.process, indexOf, shift, from === only),
    };
  });
  const sandboxes = included.map((from, index): PlanSandbox => {
    const sandbox = whole.sandboxes[from] as PlanSandbox;
    const own = slotsOfPart.flatMap((slot, at) => (slot.sandbox === index ? [at] : []));
    const { until } = sandbox;
    return {
      ...sandbox,
      ...(index === 0 ? asRoot(whole, from) : {}),
      path: withoutPrefix(sandbox.path),
      parent: index === 0 ? null : included.indexOf(sandbox.parent ?? 0),
      level: sandbox.level - shift,
      initMode: indexOf.has(sandbox.initSlot) ? sandbox.initMode : "reaper",
      initSlot: first(sandbox.initSlot),
      slots: { first: own[0] ?? 0, end: (own.at(-1) ?? -1) + 1 },
      until: until.kind === "process" ? untilOfPart(until.slots, indexOf) : until,
    };
  });
  const name = rootName(whole, top, included);
  const description = top === 0 ? whole.description : "";
  return {
    plan: { ...whole, sandbox: name, description, sandboxes, slots: slotsOfPart },
    slots,
    outside,
  };
}

/** Keeps `until` where all its slots are kept; else the sandbox waits for all processes. */
function untilOfPart(
  { first, end }: { readonly first: number; readonly end: number },
  indexOf: ReadonlyMap<number, number>,
): PlanSandbox["until"] {
  const begin = indexOf.get(first);
  const last = indexOf.get(end - 1);
  if (begin === undefined || last === undefined) return { kind: "all" };
  return { kind: "process", slots: { first: begin, end: last + 1 } };
}

/** The root's name, made different from that of each other sandbox, since pins refer to names. */
function rootName({ sandbox, sandboxes }: Plan, top: number, included: readonly number[]): string {
  if (top === 0) return sandbox;
  let name = sandboxes[top]?.name.replaceAll(".", "-") ?? "";
  const names = included.filter((each) => each !== top).map((each) => sandboxes[each]?.name);
  while (names.includes(name)) name += "-root";
  return name;
}

function insideOf({ sandboxes }: Plan, top: number): number[] {
  const included = [top];
  sandboxes.forEach(({ parent }, index) => {
    if (parent !== null && included.includes(parent) && index !== top) included.push(index);
  });
  return included;
}

/** What the sandbox inherited from those around it, as fields of its own. */
function asRoot({ sandboxes }: Plan, top: number): Partial<PlanSandbox> {
  const around: PlanSandbox[] = [];
  for (let at: number | null = top; at !== null; ) {
    const sandbox = sandboxes[at] as PlanSandbox;
    around.push(sandbox);
    at = sandbox.parent;
  }
  const isNew = (kind: NamespaceKind) =>
    around.some(({ namespaces }) => namespaces[kind] === "new");
  const own = around[0] as PlanSandbox;
  const modes = Object.entries(own.namespaces).map(([kind, mode]): [string, NamespaceMode] => {
    if (isNew(kind as NamespaceKind)) return [kind, "new"];
    return [kind, kind === "user" && mode === "inherit" ? "auto" : mode];
  });
  // A new UTS namespace begins with the names of the one around it.
  const hostname = around.find((each) => each.hostname !== null)?.hostname ?? null;
  const domainname = around.find((each) => each.domainname !== null)?.domainname ?? null;
  return {
    name: own.name.replaceAll(".", "-"),
    namespaces: Object.fromEntries(modes) as Record<NamespaceKind, NamespaceMode>,
    hostname,
    domainname,
    clocks: clocksOf(around),
    root: around.find(({ root }) => root !== "inherit")?.root ?? "inherit",
  };
}

/** Each is ahead of the one around it. */
function clocksOf(around: readonly PlanSandbox[]): PlanSandbox["clocks"] {
  const clocks = around.flatMap((sandbox) => (sandbox.clocks === null ? [] : [sandbox.clocks]));
  if (clocks.length === 0) return null;
  return {
    monotonicMs: clocks.reduce((sum, { monotonicMs }) => sum + monotonicMs, 0),
    boottimeMs: clocks.reduce((sum, { boottimeMs }) => sum + boottimeMs, 0),
  };
}

function processOfPart(
  slot: Slot,
  process: SlotProcess,
  indexOf: ReadonlyMap<number, number>,
  shift: number,
  isPinned: boolean,
): SlotProcess {
  const level = slot.level - shift;
  const pins = process.pins.flatMap((pin) =>
    pin.level > shift || shift === 0 ? [{ ...pin, level: pin.level - shift }] : [],
  );
  const own = slot.pids.at(-1);
  const isMore = isPinned && own != null && own > 1 && !pins.some((pin) => pin.level === level);
  const [pin] = process.pins;
  return {
    ...process,
    pins: isMore ? [...pins, { level, pid: own, span: pin?.span ?? slot.span }] : pins,
    dependsOn: process.dependsOn.flatMap((each) => {
      const to = indexOf.get(each.slot);
      return to === undefined ? [] : [{ ...each, slot: to }];
    }),
    expect: process.expect && expectOfPart(process.expect, shift),
  };
}

/** Drops expectations about levels that the part does not have. */
function expectOfPart({ pids, level, ...rest }: Expect, shift: number): Expect {
  const included = pids?.flatMap((each) =>
    each.level > shift || shift === 0 ? [{ ...each, level: each.level - shift }] : [],
  );
  return {
    ...rest,
    ...(level && { level: { ...level, value: level.value - shift } }),
    ...(included && { pids: included }),
  };
}
