/** The ring of events: a run's own, whole and in order, and one that has turned over. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeEvents, type SlotEvent } from "../../src/wire/events.ts";
import { environmentFor, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("events");
const user = users[0] ?? { name: "", prefix: [] };

async function eventsOf(spec: string): Promise<ReturnType<typeof decodeEvents>> {
  let events: ReturnType<typeof decodeEvents> = null;
  await whileRunning(user, writeSpec("events", spec), async (_, cli) => {
    await Bun.sleep(500);
    const run = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";
    events = decodeEvents(fs.readFileSync(`${run}/events/table`));
    process.kill(cli, "SIGINT");
  });
  return events;
}

const of = (events: readonly SlotEvent[], slot: number) =>
  events.flatMap((each) => (each.slot === slot ? [`${each.event} ${each.value}`] : []));

test("each slot's life is in the ring, in order and with its value", async () => {
  const read = await eventsOf(`sandbox: events
processes:
  long: sleep 60
  fails: {shell: "exit 3", expect: {exit: 3}}
  late: {shell: "kill -KILL $$", depends_on: {fails: exited}, expect: {signal: KILL}}
`);
  assert.ok(read !== null);
  assert.is(read.missed, 0);
  assert.equal(
    read.events.map(({ number }) => number),
    read.events.map((_, index) => index + 1),
  );
  assert.equal(of(read.events, 0), ["start_asked 0", "started 0"]);
  assert.equal(of(read.events, 1), ["start_asked 0", "started 0"]);
  assert.equal(of(read.events, 2), ["start_asked 0", "started 0", "ended 3"]);
  assert.equal(of(read.events, 3), ["start_asked 0", "started 0", "ended 137"]);
  const times = read.events.map(({ atNs }) => atNs);
  assert.equal(
    times,
    times.toSorted((a, b) => a - b),
  );
});

test("a ring that has turned over says how many are gone", async () => {
  const read = await eventsOf(`sandbox: events
processes: {long: sleep 60, w: {run: "true", replicas: 500}}
`);
  assert.ok(read !== null);
  assert.is(read.events.length, 1024);
  assert.is(read.missed, read.last - 1024);
  assert.is(read.events[0]?.number, read.last - 1023);
});

test("what is no table has no events", () => {
  assert.is(decodeEvents(new Uint8Array(10)), null);
  assert.is(decodeEvents(new Uint8Array(4096)), null);
});

test.run();
