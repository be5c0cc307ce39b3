/** `sandbox up` under a user's hands: floods, closed pipes, full disks, odd surroundings. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, users, writeSpec } from "../sandbox.ts";

const test = suite("up");
const user = users[0] ?? { name: "nobody", prefix: [] };
const FLOOD = writeSpec("flood", "sandbox: flood\nprocesses: {yes: 'yes'}\n");

/** Runs a shell script in which `$UP` is the command up to and with `up`. */
function shell(script: string): { code: number; out: string; err: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["bash", "-c", script], {
    env: { ...environmentFor(user), UP: commandFor(user, ["up"]).join(" "), FLOOD },
    stdin: "ignore",
    timeout: 60_000,
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

test("a flood of output keeps neither a timer nor a signal from its turn", () => {
  sandbox(user, "version"); // makes the user's directories
  const timed = shell('timeout -s KILL 30 $UP --for 300ms "$FLOOD" > /dev/null; echo $?');
  assert.is(timed.out, "0\n", timed.err);
  const signalled = shell('timeout -k 30 2 $UP "$FLOOD" > /dev/null; echo $?');
  assert.is(signalled.out, "124\n", "it ends by the first signal, not by the SIGKILL after it");
});

test("a reader that goes away ends the run in order, as SIGPIPE would", () => {
  const ran = shell('timeout -s KILL 30 $UP "$FLOOD" | head -1; echo ${PIPESTATUS[0]}');
  assert.is(ran.out.trim().split("\n").at(-1), "130", ran.err);
});

test("what cannot be written is said, and is no success", () => {
  const spec = writeSpec("quiet", "sandbox: quiet\nprocesses: {a: 'true'}\n");
  for (const option of ["", "--json"]) {
    const ran = shell(`$UP ${option} ${spec} > /dev/full; echo $?`);
    assert.is(ran.out, "3\n");
    assert.match(ran.err, /standard output could not be written \(ENOSPC\)/);
  }
});

test("with --json nothing but reports is on stdout, not even what is inherited", () => {
  const text = "sandbox: i\nprocesses: {a: {run: echo mine, stdout: inherit}, b: echo logged}\n";
  const ran = sandbox(user, "up", "--json", writeSpec("inherit", text));
  assert.is(ran.out.trim().split("\n").length, 2);
  for (const line of ran.out.trim().split("\n")) assert.is(JSON.parse(line).report, 1);
  assert.match(ran.err, /^mine$/m);
  assert.match(ran.err, /\| logged$/m);
});

test.run();
