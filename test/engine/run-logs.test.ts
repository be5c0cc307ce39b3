/** What is kept of several slots comes in the order of time, each slot's in its own. */

import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RunLogs } from "../../src/engine/run-logs.ts";
import { type DetachedRun, startDetachedRun } from "../detached-run.ts";
import { users } from "../sandbox.ts";
import { frameBytes } from "../wire/log-frames.ts";

const test = suite("run-logs");
const [user] = users;
assert.ok(user);

const logsOf = ({ run }: DetachedRun, slots: readonly number[]) =>
  RunLogs.open(run, new Map(slots.map((slot) => [slot, 0] as const)));

test("pieces of all slots by time, and what is missing at a slot's end", async () => {
  const spec = `sandbox: three\nprocesses: {a: printf aaaa, b: printf bb, c: printf ccc}\n`;
  await using run = await startDetachedRun(user, "three", spec);
  await run.ended();
  const file = (slot: number) => join(dirname(run.run.tablePath), `logs/${slot}.1`);
  const at = (slot: number, position: number, atMs: number, text: string) =>
    frameBytes({ slot, position, atMs, text });
  fs.writeFileSync(file(1), Buffer.concat([at(1, 0, 10, "a1"), at(1, 2, 40, "a2")]));
  fs.writeFileSync(file(2), Buffer.concat([at(2, 0, 20, "b1")]));
  // The clock was set back: the slot's own order stays.
  fs.writeFileSync(file(3), Buffer.concat([at(3, 0, 30, "c1"), at(3, 2, 5, "c")]));
  const logs = logsOf(run, [3, 1, 2]);
  assert.ok(logs);
  const pieces = [...logs.pieces(false)];
  assert.equal(
    pieces.map(({ bytes }) => Buffer.from(bytes).toString()),
    ["a1", "b1", "c1", "c", "a2"],
  );
  assert.equal([...logs.pieces(false)], []);
  fs.truncateSync(file(2), 33);
  const again = logsOf(run, [2]);
  assert.equal([...(again?.pieces(false) ?? [])], []);
  const last = [...(again?.pieces(true) ?? [])];
  assert.equal(
    last.map(({ missing, bytes }) => [missing, bytes.length]),
    [
      [0, 1],
      [1, 0],
    ],
  );
  logs.close();
  again?.close();
});

test("a run that is gone has no logs", () => {
  const run = { name: "gone", planPath: "/gone/plan", tablePath: "/gone/table", isHere: true };
  assert.is(RunLogs.open(run, new Map([[1, 0]])), null);
});

test.run();
