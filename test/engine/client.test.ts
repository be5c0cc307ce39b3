/** The control socket of a run: many clients, none of which can hold up the run. */

import * as fs from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sendCommand } from "../../src/engine/client.ts";
import type { LiveRun } from "../../src/engine/run-dir.ts";
import { alive, environmentFor, freshMark, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("client");
const [user] = users;
assert.ok(user);
const runs = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";

const run = (name: string): LiveRun => ({
  name,
  planPath: join(runs, name, "plan"),
  tablePath: join(runs, name, "table"),
  isHere: true,
});

const ESRCH = 3;
const EINVAL = 22;

const two = (mark: string) =>
  `sandbox: two\nprocesses: {a: {run: sleep ${mark}, expect: {signal: USR1}}, b: sleep ${mark}}\n`;

test("a second client signals one process, and stops the run", async () => {
  const mark = freshMark();
  const code = await whileRunning(user, writeSpec("two", two(mark)), async () => {
    assert.is(await sendCommand(run("two"), { kind: "signal", slot: 1, argument: 10 }), 0);
    for (let tries = 0; tries < 100 && alive(mark).length > 2; tries++) await Bun.sleep(20);
    assert.is(await sendCommand(run("two"), { kind: "stop" }), 0);
  });
  assert.is(code, 0);
  assert.is(await sendCommand(run("two"), { kind: "stop" }), null);
});

test("what cannot be meant is refused, and the run goes on", async () => {
  const mark = freshMark();
  await whileRunning(user, writeSpec("two", two(mark)), async (_, cli) => {
    for (const [command, errno] of [
      [{ kind: "signal", slot: 99, argument: 10 }, ESRCH],
      [{ kind: "signal", slot: 0, argument: 10 }, ESRCH],
      [{ kind: "signal", argument: 10 }, ESRCH],
      [{ kind: "signal", slot: 1, argument: 0 }, EINVAL],
      [{ kind: "signal", slot: 1, argument: 65 }, EINVAL],
      [{ kind: "stop", slot: 1 }, EINVAL],
    ] as const) {
      assert.is(await sendCommand(run("two"), command), errno, JSON.stringify(command));
    }
    assert.ok(alive(mark).length >= 2);
    process.kill(cli, "SIGINT");
  });
});

test("clients that send rubbish, stop in the middle, or read nothing hold up nobody", async () => {
  const mark = freshMark();
  const sockets: Socket[] = [];
  const code = await whileRunning(user, writeSpec("two", two(mark)), async () => {
    const path = join(runs, "two/control");
    assert.is(fs.statSync(path).mode & 0o777, 0o600);
    for (let index = 0; index < 40; index++) {
      const socket = connect(path);
      socket.on("error", () => {});
      socket.pause();
      socket.write(index % 2 === 0 ? "x".repeat(7) : Buffer.alloc(1 << 16, index));
      sockets.push(socket);
    }
    await Bun.sleep(500);
    for (const socket of sockets) socket.destroy();
    await Bun.sleep(200);
    assert.is(await sendCommand(run("two"), { kind: "stop" }), 0);
  });
  assert.is(code, 1); // `a` did not get its USR1
  assert.equal(alive(mark), []);
});

test.run();
