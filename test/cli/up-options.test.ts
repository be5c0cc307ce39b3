/** Options of `sandbox up` that choose what is printed. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, type User, users, writeSpec } from "../sandbox.ts";
import { Terminal } from "../terminal.ts";

const test = suite("up-options");
const user = users[0] as User;

const spec = writeSpec(
  "up-options",
  `sandbox: options
processes:
  first: {shell: "echo one; echo bad >&2; sleep 0.3; echo two"}
`,
);
const failing = writeSpec(
  "up-options-failing",
  "sandbox: f\nprocesses: {a: {shell: 'echo x; exit 7'}}\n",
);

test("--quiet prints what processes say, and mistakes, but no report", () => {
  for (const flag of ["-q", "--quiet"]) {
    const ran = sandbox(user, "up", flag, spec);
    assert.is(ran.code, 0);
    assert.is(ran.out, "first | one\nfirst | two\n");
    assert.is(ran.err, "first | bad\n");
  }
  const failed = sandbox(user, "up", "-q", failing);
  assert.is(failed.code, 1);
  assert.is(failed.out, "a    | x\n");
  assert.match(failed.err, /^error\[SBX\d+\]: process "a" ended with code 7$/m);
});

test("--quiet keeps a report that a program reads", () => {
  const ran = sandbox(user, "up", "-q", "--format", "csv", spec);
  assert.match(ran.out, /^path,/);
  assert.is(ran.err, "first | one\nfirst | bad\nfirst | two\n");
});

test("--quiet has no progress at a terminal, nor a word on Ctrl-C", async () => {
  const slow = writeSpec(
    "up-options-slow",
    "sandbox: s\nprocesses: {a: {shell: 'echo up; sleep 60'}}\n",
  );
  const terminal = new Terminal(commandFor(user, ["up", "-q", slow]), environmentFor(user), 80, 24);
  assert.ok(await terminal.heard("up"));
  await Bun.sleep(600);
  terminal.signal("SIGINT");
  assert.is(await terminal.ended(), 130);
  assert.is(Bun.stripANSI(terminal.output), "a    | up\r\n");
});

test("--no-prefix leaves lines as they are, --timestamps says when each was whole", () => {
  const begin = Date.now();
  assert.is(sandbox(user, "up", "-q", "--no-prefix", spec).out, "one\ntwo\n");
  const { out } = sandbox(user, "up", "-q", "--timestamps", spec);
  const times = [...out.matchAll(/^first \| (\S+Z) (one|two)$/gm)].map(([, time = ""]) =>
    Date.parse(time),
  );
  const [one = 0, two = 0] = times;
  assert.is(times.length, 2, out);
  assert.ok(begin <= one && two - one >= 250 && two <= Date.now(), out);
  const both = sandbox(user, "up", "-q", "--no-prefix", "--timestamps", spec).out;
  assert.match(both, /^\d{4}-\d\d-\d\dT\S+Z one\n\d{4}-\S+Z two\n$/);
});

test("a timeline without a trace is refused before anything starts", () => {
  const ran = sandbox(user, "up", "--format", "timeline", spec);
  assert.is(ran.code, 64);
  assert.is(ran.out, "");
  assert.match(ran.err, /^error: --format timeline .* add --trace$/m);
});

test("--verbose prints the steps of the shim on standard error", () => {
  const { out, err } = sandbox(user, "up", "-q", "-v", spec);
  assert.is(out, "first | one\nfirst | two\n");
  const steps = err.split("\n").filter((line) => line.startsWith("{"));
  assert.ok(steps.length > 5, err);
  for (const line of steps) assert.type(JSON.parse(line).pid, "number");
  assert.not.match(sandbox(user, "up", "-q", spec).err, /^\{/m);
});

test.run();
