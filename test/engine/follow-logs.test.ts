/** A follower gets what is kept and then what comes: nothing twice, and what is gone is counted. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { followLogs } from "../../src/engine/follow-logs.ts";
import type { LogPiece } from "../../src/engine/slot-reader.ts";
import {
  type DetachedRun,
  missingOf,
  pause,
  signal,
  signalled,
  startDetachedRun,
  textOf,
} from "../detached-run.ts";
import { environmentFor, users, writeSpec } from "../sandbox.ts";
import { startRun } from "../while-running.ts";

const test = suite("follow-logs");
// A run takes commands of its own user alone, and this program is that.
const [user] = users;
assert.ok(user);

interface Follower {
  readonly pieces: LogPiece[];
  readonly ended: Promise<void>;
}

function follow(
  { run }: Pick<DetachedRun, "run">,
  options: { from?: number; isWaitedFor?: boolean; pauseMs?: (count: number) => number } = {},
): Follower {
  const { from = 0, isWaitedFor = false, pauseMs = () => 0 } = options;
  const pieces: LogPiece[] = [];
  const read = async () => {
    for await (const piece of followLogs(run, { slots: new Map([[1, from]]), isWaitedFor })) {
      pieces.push(piece);
      const ms = pauseMs(pieces.length);
      if (ms > 0) await Bun.sleep(ms);
    }
  };
  return { pieces, ended: read() };
}

async function until(holds: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 1_000 && !holds(); tries++) await Bun.sleep(10);
  return holds();
}

/** Each piece begins where the one before it ended, or says what is missing between. */
function assertSeamless(pieces: readonly LogPiece[], from = 0): void {
  let at = from;
  for (const { position, missing, bytes } of pieces) {
    assert.is(position, at + missing);
    at = position + bytes.length;
  }
}

const numbers = (last: number) =>
  Array.from({ length: last }, (_, index) => `${index + 1}\n`).join("");

test("who comes in the middle, and who comes back, gets each byte once", async () => {
  await using run = await startDetachedRun(
    user,
    "f",
    signalled("f", `seq 1000; ${pause(1)}; seq 1000; ${pause(2)}; printf end`),
  );
  const first = follow(run);
  assert.ok(await until(() => textOf(first.pieces) === numbers(1000)));
  signal(run);
  const half = numbers(1000).length;
  const second = follow(run, { from: half });
  assert.ok(await until(() => textOf(first.pieces).length === 2 * half));
  assert.ok(await until(() => textOf(second.pieces).length === half));
  signal(run);
  await Promise.all([first.ended, second.ended, run.ended()]);
  const whole = `${numbers(1000)}${numbers(1000)}end`;
  assert.is(textOf(first.pieces), whole);
  assert.is(textOf(second.pieces), whole.slice(half));
  for (const { pieces } of [first, second]) assert.is(missingOf(pieces), 0);
  assertSeamless(first.pieces);
  assertSeamless(second.pieces, half);
  // After the end all is there still, from a byte in the middle too.
  const late = follow(run, { from: half + 1 });
  await late.ended;
  assert.is(textOf(late.pieces), whole.slice(half + 1));
});

const SEQ = 8_000_000;
const SEQ_SIZE = 62_888_896;

test("over many rotations: who is waited for gets all, who reads when it can", async () => {
  await using run = await startDetachedRun(
    user,
    "f",
    signalled("f", `${pause(1)}; seq ${SEQ}; sleep 1`),
  );
  const waited = follow(run, { isWaitedFor: true });
  await Bun.sleep(300);
  signal(run);
  await Promise.all([waited.ended, run.ended()]);
  assert.is(missingOf(waited.pieces), 0);
  assertSeamless(waited.pieces);
  const text = textOf(waited.pieces);
  assert.is(text.length, SEQ_SIZE);
  assert.ok(text === numbers(SEQ));
});

test("over many rotations: who is too slow goes on from what is kept, and knows what is gone", async () => {
  await using run = await startDetachedRun(
    user,
    "f",
    signalled("f", `${pause(1)}; seq ${SEQ}; sleep 1`),
  );
  const slow = follow(run, { pauseMs: (count) => (count === 3 ? 1_500 : 0) });
  await Bun.sleep(300);
  signal(run);
  await Promise.all([slow.ended, run.ended()]);
  const { pieces } = slow;
  assertSeamless(pieces);
  const text = textOf(pieces);
  assert.is(text.length + missingOf(pieces), SEQ_SIZE);
  assert.ok(missingOf(pieces) > 0);
  const gaps = pieces.filter(({ missing }) => missing > 0);
  assert.ok(gaps.length <= 3, `${gaps.length}`);
  assert.ok(text.length > 20_000_000, `${text.length}`);
  assert.ok(text.startsWith("1\n2\n") && text.endsWith(`${SEQ - 1}\n${SEQ}\n`));
});

test("a reader that falls behind in a quiet run hears of the rest without more output", async () => {
  await using run = await startDetachedRun(
    user,
    "f",
    signalled("f", `${pause(1)}; seq 1000000; ${pause(2)}`),
  );
  const slow = follow(run, { pauseMs: (count) => (count === 1 ? 1_000 : 0) });
  await Bun.sleep(300);
  signal(run);
  assert.ok(await until(() => textOf(slow.pieces).endsWith("\n1000000\n")));
  assert.is(missingOf(slow.pieces), 0);
  assertSeamless(slow.pieces);
  signal(run);
  await Promise.all([slow.ended, run.ended()]);
});

test("followers come and go without an end of the run, one that is waited for too", async () => {
  for (const extra of ["", "init: p\n"]) {
    const text = `sandbox: f\n${extra}processes: {p: {shell: "sleep 4; echo still"}, q: sleep 3}\n`;
    await using run = await startDetachedRun(user, "f", text);
    for (let round = 0; round < 5; round++) {
      const reading = new AbortController();
      const { signal } = reading;
      const logs = followLogs(run.run, { slots: new Map([[1, 0]]), isWaitedFor: true, signal });
      const next = logs.next();
      await Bun.sleep(50);
      reading.abort();
      assert.equal(await next, { value: "aborted", done: true });
    }
    assert.is(await run.ended(), 0);
  }
});

test("who is turned away has what is kept, and hears that the run goes on", async () => {
  await using run = await startDetachedRun(user, "f", signalled("f", `echo kept; ${pause(1)}`));
  await Bun.sleep(300);
  const clients: Socket[] = [];
  while (clients.length < 32) {
    const client = connect(join(run.directory, "control"));
    // Refused: the monitor has not had its turn yet, and so many wait already.
    await once(client, "connect").then(
      () => clients.push(client),
      () => Bun.sleep(10),
    );
  }
  await Bun.sleep(300);
  const logs = followLogs(run.run, { slots: new Map([[1, 0]]) });
  const { value } = await logs.next();
  assert.is(typeof value === "string" ? value : textOf([value]), "kept\n");
  assert.equal(await logs.next(), { value: "refused", done: true });
  for (const client of clients) client.destroy();
  signal(run);
  await run.ended();
});

test("of a foreground run comes what is printed from now on, and how much was before", async () => {
  const shell = "echo early; sleep 1; while :; do echo x; sleep 0.1; done";
  await using cli = await startRun(user, [writeSpec("f", signalled("f", shell))]);
  await Bun.sleep(300);
  const runs = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";
  const run = { name: "f", planPath: `${runs}/f/plan`, tablePath: `${runs}/f/table`, isHere: true };
  const late = follow({ run });
  assert.ok(await until(() => textOf(late.pieces).length >= 6));
  assert.is(late.pieces[0]?.missing, "early\n".length);
  assertSeamless(late.pieces);
  await cli.stop();
  await late.ended;
});

test.run();
