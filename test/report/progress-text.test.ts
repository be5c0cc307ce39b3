/** What a run is waiting for, from its plan and state table. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { killedText, progressText } from "../../src/report/progress-text.ts";
import type { SlotState, StateTable } from "../../src/wire/table.ts";

const test = suite("progress text");

const TEXT = `sandbox: x
stop: {grace: 3s}
processes:
  a: sleep 1
  b: {run: pwd, depends_on: {a: succeeded}}
  c: {run: sleep 1, replicas: 5}
`;
const { ir } = checkSpec({ file: "x.yaml", text: TEXT });
if (ir === null) throw new Error("the spec is right");
const plan = planOf(ir);

const STATE: SlotState = {
  generation: 0,
  state: "running",
  exitCode: 0,
  exitSignal: 0,
  fault: null,
  startedNs: 1,
  endedNs: 0,
  outputErrno: 0,
  flags: new Set(),
  pids: [],
  failures: new Set(),
};

/** A table in which these slots, by path, are otherwise than running. */
function tableOf(
  phase: StateTable["phase"],
  others: Readonly<Record<string, Partial<SlotState>>>,
  outcome: StateTable["outcome"] = "none",
): StateTable {
  const slots = plan.slots.map(({ path }) => ({ ...STATE, ...others[path] }));
  return { phase, outcome, slots } as unknown as StateTable;
}

const stopped = { flags: new Set(["stopped"] as const) };
const killed = { ...stopped, state: "exited", exitSignal: 9 } as const;

test("nothing is said of a run that goes on", () => {
  assert.is(progressText(plan, tableOf("started", {}), new Map(), 0), null);
  assert.is(killedText(plan, tableOf("ended", {})), null);
});

test("what has not started is counted, and the first that waits is named with its cause", () => {
  const pending = { state: "pending" } as const;
  const say = (others: Readonly<Record<string, Partial<SlotState>>>) =>
    progressText(plan, tableOf("starting", others), new Map(), 0);
  assert.is(say({ b: pending }), "starting 6/7: b waits for a to succeed");
  assert.is(say({ b: pending, a: { state: "exited" } }), "starting 6/7: b");
  const copies = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`c.${n}`, pending]));
  assert.is(say(copies), "starting 2/7: c.1, c.2, c.3 and 2 more");
});

test("who is to end is named, with the time that is left", () => {
  const stops = new Map<number, number>();
  const table = tableOf("stopping", { a: stopped });
  const at = (ms: number) => progressText(plan, table, stops, ms);
  assert.is(at(1_000.123), "waiting for a, SIGKILL in 3s");
  assert.is(at(2_500), "waiting for a, SIGKILL in 2s");
  assert.is(at(9_000), "waiting for a, SIGKILL now");
});

test("who outlived its grace is named at the end, and who was killed with all", () => {
  const why = "SIGTERM did not end it within 3s";
  assert.is(killedText(plan, tableOf("ended", { a: killed })), `killed: a: ${why}`);
  assert.match(
    killedText(plan, tableOf("ended", { a: killed, b: killed })) ?? "",
    /^killed: a, b: /,
  );
  assert.is(killedText(plan, tableOf("ended", { a: killed }, "killed")), "killed: a");
  const flags = new Set(["stopped", "ended_with_sandbox"] as const);
  assert.is(killedText(plan, tableOf("ended", { a: { ...killed, flags } })), null);
  assert.is(killedText(plan, tableOf("ended", { a: { ...killed, flags: new Set() } })), null);
});

test.run();
