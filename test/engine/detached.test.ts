/** Detached runs by name: who lives, what has ended, and what becomes of it. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { removeEnded } from "../../src/engine/run-dir.ts";
import {
  keptOf,
  namesIn,
  startDetachedRun,
  starterOf,
  textOf,
  writePlan,
} from "../detached-run.ts";
import { environmentFor, freshMark, sandbox, users, writeSpec } from "../sandbox.ts";

const test = suite("detached");
const [user] = users;
assert.ok(user);
const runs = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";

const spec = (shell: string) =>
  `sandbox: d\nprocesses: {p: {shell: ${JSON.stringify(shell)}, expect: {exit: 3}}}\n`;

test("it is listed as live, then as ended with its last table and logs, then its name starts again", async () => {
  await using run = await startDetachedRun(user, "d", spec("echo first; sleep 1; exit 3"));
  assert.is(run.detached?.state, "started");
  assert.equal(namesIn(runs), { live: ["d"], ended: [] });
  assert.match(sandbox(user, "ls").out, /^d /m);
  assert.not.ok(removeEnded(run.directory));
  const image = writePlan(user, "d", spec("exit 3"));
  const refused = starterOf(user, image, "d");
  assert.match(await new Response(refused.stderr).text(), /name-in-use/);
  assert.is(await run.ended(), 0);
  assert.equal(namesIn(runs), { live: [], ended: ["d"] });
  assert.match(sandbox(user, "ls").err, /nothing is running/);
  assert.equal(fs.readdirSync(run.directory).toSorted(), ["lock", "logs", "plan", "table"]);
  await using second = await startDetachedRun(user, "d", spec("echo second; exit 3"));
  assert.is(await second.ended(), 0);
  assert.is(second.directory, run.directory);
  assert.is(textOf(keptOf(second, 1)), "second\n");
  assert.ok(removeEnded(run.directory));
  assert.not.ok(fs.existsSync(run.directory));
  assert.not.ok(removeEnded(run.directory));
  assert.equal(namesIn(runs), { live: [], ended: [] });
});

test("a foreground run takes the name of an ended one, and keeps no logs", async () => {
  const ended = await startDetachedRun(user, "d", spec("exit 3"));
  assert.is(await ended.ended(), 0);
  const ran = sandbox(user, "up", writeSpec("d", spec("exit 3")));
  assert.is(ran.code, 0, ran.err);
  assert.not.match(ran.err, /this one is/);
  assert.equal(namesIn(runs), { live: [], ended: [] });
});

test("one that cannot start says so, and its last table stays", async () => {
  const text = "sandbox: d\nprocesses: {p: /no/such/program}\n";
  await using run = await startDetachedRun(user, "d", text);
  assert.is(run.detached?.exitCode ?? (await run.ended()), 1);
  assert.is(run.table()?.phase, "ended");
  assert.equal(namesIn(runs).ended, ["d"]);
});

test("what the shim refuses is no run, and nothing is left", async () => {
  const image = writePlan(user, "d", spec("exit 3"));
  fs.appendFileSync(image, "x");
  const starter = starterOf(user, image, "d");
  const said = JSON.parse(await new Response(starter.stdout).text());
  assert.is(said.state, "refused");
  assert.is(said.exitCode, 64);
  assert.match(await new Response(starter.stderr).text(), /sandbox-shim: image_size/);
  assert.not.ok(fs.existsSync(join(runs, "d")));
});

test("two runs at once keep their own", async () => {
  const loop = (word: string) => `for i in $(seq 2000); do echo ${word}; done; exit 3`;
  const started = await Promise.all(
    ["x", "y"].map((name) => startDetachedRun(user, name, spec(loop(name)))),
  );
  for (const run of started) {
    assert.is(await run.ended(), 0);
    assert.is(textOf(keptOf(run, 1)), `${run.run.name}\n`.repeat(2000));
    await run[Symbol.asyncDispose]();
  }
});

test("`inherit` is nothing that a starter has", async () => {
  const mark = freshMark();
  const text = `sandbox: d\nprocesses:\n  p: {shell: "cat; readlink /proc/self/fd/2 >&2; echo ${mark}", stdin: inherit, stdout: inherit, stderr: log}\n`;
  await using run = await startDetachedRun(user, "d", text);
  assert.is(await run.ended(), 0);
  assert.not.match(textOf(keptOf(run, 1)), mark);
});

test.run();
