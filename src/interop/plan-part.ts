/** One sandbox of a plan, or one process in it, as a plan of its own. Pure. */

import type { NamespaceKind, NamespaceMode } from "../ir/namespaces.ts";
import type { Expect } from "../ir/process.ts";
import type { Plan, PlanSandbox, Slot, SlotProcess } from "../plan/plan.ts";

export interface PlanPart {
  readonly plan: Plan;
  /** Index in the whole plan of each slot of the part. */
  readonly slots: readonly number[];
  /** Paths of processes outside of the part that those of it wait for, by slot of the part. */
  readonly outside: ReadonlyMap<number, readonly string[]>;
}

/**
 * The sandbox at `top` becomes the root, at level 1 if there is a PID namespace around it at all;
 * with `only` it keeps that one slot, pinned to the PID it has, and nothing inside of it.
 */
export function partOfPlan(whole: Plan, top: number, only: number | null): PlanPart {
  const kept = only === null ? insideOf(whole, top) : [top];
  const slots = whole.slots.flatMap(({ sandbox, kind }, index) =>
    kept.includes(sandbox) && (only === null || index === only || kind === "init") ? [index] : [],
  );
  const shift = Math.max(0, (whole.sandboxes[top]?.level ?? 1) - 1);
  const prefix = whole.sandboxes[top]?.path ?? "";
  const cut = (path: string) =>
    path === prefix ? "" : prefix === "" ? path : path.slice(prefix.length + 1);
  const outside = new Map<number, readonly string[]>();
  const place = new Map(slots.map((slot, index) => [slot, index] as const));
  const first = (slot: number) => place.get(slot) ?? 0;

  const slotsOfPart = slots.map((from, index): Slot => {
    const slot = whole.slots[from] as Slot;
    const waits = slot.process?.dependsOn ?? [];
    const lost = waits.filter((each) => !place.has(each.slot));
    if (lost.length > 0)
      outside.set(
        index,
        lost.map((each) => whole.slots[each.slot]?.path ?? ""),
      );
    return {
      ...slot,
      path: cut(slot.path),
      sandbox: kept.indexOf(slot.sandbox),
      level: slot.level - shift,
      pids: slot.pids.slice(shift),
      process: slot.process && processOfPart(slot, slot.process, place, shift, from === only),
    };
  });
  const sandboxes = kept.map((from, index): PlanSandbox => {
    const sandbox = whole.sandboxes[from] as PlanSandbox;
    const own = slotsOfPart.flatMap((slot, at) => (slot.sandbox === index ? [at] : []));
    const { until } = sandbox;
    return {
      ...sandbox,
      ...(index === 0 ? asRoot(whole, from) : {}),
      path: cut(sandbox.path),
      parent: index === 0 ? null : kept.indexOf(sandbox.parent ?? 0),
      level: sandbox.level - shift,
      initMode: place.has(sandbox.initSlot) ? sandbox.initMode : "reaper",
      initSlot: first(sandbox.initSlot),
      slots: { first: own[0] ?? 0, end: (own.at(-1) ?? -1) + 1 },
      until: until.kind === "process" ? untilOfPart(until.slots, place) : until,
    };
  });
  const name = rootName(whole, top, kept);
  const description = top === 0 ? whole.description : "";
  return {
    plan: { ...whole, sandbox: name, description, sandboxes, slots: slotsOfPart },
    slots,
    outside,
  };
}

/** The same slots where all are kept; else whatever is left is waited for. */
function untilOfPart(
  { first, end }: { readonly first: number; readonly end: number },
  place: ReadonlyMap<number, number>,
): PlanSandbox["until"] {
  const begin = place.get(first);
  const last = place.get(end - 1);
  if (begin === undefined || last === undefined) return { kind: "all" };
  return { kind: "process", slots: { first: begin, end: last + 1 } };
}

/** As it was, but no other sandbox's: pins name sandboxes by this. */
function rootName({ sandbox, sandboxes }: Plan, top: number, kept: readonly number[]): string {
  if (top === 0) return sandbox;
  let name = sandboxes[top]?.name.replaceAll(".", "-") ?? "";
  const names = kept.filter((each) => each !== top).map((each) => sandboxes[each]?.name);
  while (names.includes(name)) name += "-root";
  return name;
}

function insideOf({ sandboxes }: Plan, top: number): number[] {
  const kept = [top];
  sandboxes.forEach(({ parent }, index) => {
    if (parent !== null && kept.includes(parent) && index !== top) kept.push(index);
  });
  return kept;
}

/** What it had from the sandboxes around it, it has to have by itself. */
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
  place: ReadonlyMap<number, number>,
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
      const to = place.get(each.slot);
      return to === undefined ? [] : [{ ...each, slot: to }];
    }),
    expect: process.expect && expectOfPart(process.expect, shift),
  };
}

/** What was said of levels that are no more is left out. */
function expectOfPart({ pids, level, ...rest }: Expect, shift: number): Expect {
  const kept = pids?.flatMap((each) =>
    each.level > shift || shift === 0 ? [{ ...each, level: each.level - shift }] : [],
  );
  return {
    ...rest,
    ...(level && { level: { ...level, value: level.value - shift } }),
    ...(kept && { pids: kept }),
  };
}
