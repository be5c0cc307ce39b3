/** What a run is waiting for, in a line: what is to start, or who is to end and until when. Pure. */

import { durationText } from "../base/duration.ts";
import { isMetBy, WAIT_CONDITIONS, type WaitEvent } from "../base/wait-conditions.ts";
import { signalName } from "../ir/signals.ts";
import type { Plan } from "../plan/plan.ts";
import type { SlotState, StateTable } from "../wire/table.ts";

/** Names in one line; of more only the number is said. */
const NAMES_MAX = 3;
const SIGKILL = 9;

/** When each process was first seen to be stopped, by slot. Milliseconds of any one clock. */
export type StopTimes = Map<number, number>;

/** Null where nothing is waited for. `stops` is brought up to date. */
export function progressText(
  plan: Plan,
  table: StateTable,
  stops: StopTimes,
  nowMs: number,
): string | null {
  const stopping = plan.slots.flatMap((_, slot) =>
    isBeingStopped(plan, table, slot) ? [slot] : [],
  );
  for (const slot of stopping) if (!stops.has(slot)) stops.set(slot, nowMs);
  if (stopping.length > 0) return stoppingText(plan, stopping, stops, nowMs);
  return table.phase === "starting" ? startingText(plan, table) : null;
}

function isBeingStopped(plan: Plan, table: StateTable, slot: number): boolean {
  const state = table.slots[slot];
  const isProcess = plan.slots[slot]?.process != null;
  return isProcess && state?.state === "running" && wasAsked(state);
}

function wasAsked({ flags }: SlotState): boolean {
  return flags.has("stopped") || flags.has("timed_out");
}

function stoppingText(plan: Plan, slots: number[], stops: StopTimes, nowMs: number): string {
  const left = slots.map((slot) => {
    const graceMs = plan.slots[slot]?.process?.stop.graceMs ?? 0;
    return Math.round((stops.get(slot) ?? nowMs) + graceMs - nowMs);
  });
  const soonest = Math.ceil(left.reduce((least, each) => Math.min(least, each), Infinity) / 1_000);
  const until = soonest > 0 ? `SIGKILL in ${durationText(soonest * 1_000)}` : "SIGKILL now";
  return `waiting for ${namesOf(plan, slots)}, ${until}`;
}

function startingText(plan: Plan, table: StateTable): string {
  const isAhead = (slot: number) => {
    const state = table.slots[slot]?.state;
    return state === "pending" || state === "starting";
  };
  const processes = plan.slots.flatMap(({ process }, slot) => (process === null ? [] : [slot]));
  const ahead = processes.filter(isAhead);
  const counts = `starting ${processes.length - ahead.length}/${processes.length}`;
  for (const slot of ahead) {
    for (const { slot: awaited, condition } of plan.slots[slot]?.process?.dependsOn ?? []) {
      const events: readonly WaitEvent[] = [
        ...(isAhead(awaited) ? [] : ["start" as const]),
        ...(hasEnded(table, awaited) ? (["failure", "success"] as const) : []),
      ];
      if (isMetBy(condition, events)) continue;
      const [name, other] = [slot, awaited].map((each) => plan.slots[each]?.path);
      return `${counts}: ${name} waits for ${other} to ${WAIT_CONDITIONS[condition].verb}`;
    }
  }
  return ahead.length === 0 ? counts : `${counts}: ${namesOf(plan, ahead)}`;
}

function hasEnded(table: StateTable, slot: number): boolean {
  const state = table.slots[slot]?.state;
  return state === "exited" || state === "failed" || state === "skipped";
}

/** Which processes outlived their grace and had to be killed; null where none did. */
export function killedText(plan: Plan, table: StateTable): string | null {
  const killed = plan.slots.flatMap(({ process }, slot) => {
    const state = table.slots[slot];
    if (process === null || state?.exitSignal !== SIGKILL || !wasAsked(state)) return [];
    return process.stop.signal === SIGKILL || state.flags.has("ended_with_sandbox") ? [] : [slot];
  });
  const [first] = killed;
  const stop = plan.slots[first ?? -1]?.process?.stop;
  if (stop === undefined) return null;
  const names = namesOf(plan, killed);
  if (table.outcome === "killed") return `killed: ${names}`;
  const [only] = killed.length === 1 ? [stop] : [];
  const why = only
    ? `SIG${signalName(only.signal)} did not end it within ${durationText(only.graceMs)}`
    : "the signal to stop did not end them within their grace";
  return `killed: ${names}: ${why}`;
}

function namesOf(plan: Plan, slots: readonly number[]): string {
  const names = slots.slice(0, NAMES_MAX).map((slot) => plan.slots[slot]?.path ?? "");
  const more = slots.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}
