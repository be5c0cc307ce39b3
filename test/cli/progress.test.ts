/** What is said while something takes long: at a terminal who is waited for, elsewhere who was killed. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, type User, users, writeSpec } from "../sandbox.ts";
import { Terminal } from "../terminal.ts";

const test = suite("progress");
const user = users[0] as User;
sandbox(user, "version"); // makes the user's directories

const SPEC = writeSpec(
  "progress",
  `sandbox: slow
until: app
processes:
  db: {shell: "sleep 1; exit 0"}
  app: {shell: "sleep 0.5; exit 0", depends_on: {db: exited}}
  other: sleep 30
sandboxes:
  inner: {init: deaf, stop: {grace: 2s}, processes: {deaf: sleep 60}}
`,
);
const KILLED = "killed: inner/deaf: SIGTERM did not end it within 2s";

test("at a terminal it is said what waits for what, who is to end until when, and who was killed", async () => {
  const terminal = new Terminal(commandFor(user, ["up", SPEC]), environmentFor(user), 60, 24);
  assert.ok(await terminal.heard("starting 3/4: app waits for db to exit"), terminal.output);
  assert.ok(await terminal.heard("waiting for inner/deaf, SIGKILL in 2s"), terminal.output);
  assert.ok(await terminal.heard("waiting for inner/deaf, SIGKILL in 1s"), terminal.output);
  assert.is(await terminal.ended(), 0);
  assert.match(terminal.output, `\n${KILLED}\r\n`);
  // It is gone from the screen before anything else is written.
  for (const status of terminal.output.match(/\u001b\[2m(starting|waiting).*?\u001b\[0m/g) ?? []) {
    const after = terminal.output.slice(terminal.output.indexOf(status) + status.length);
    assert.ok(after.startsWith("\r\u001b[K"), JSON.stringify(after.slice(0, 20)));
  }
});

test("a line that cannot be written over is said once, whatever the seconds in it", async () => {
  const env = { ...environmentFor(user), NO_COLOR: "1" };
  const terminal = new Terminal(commandFor(user, ["up", SPEC]), env, 80, 24);
  assert.is(await terminal.ended(), 0);
  const said = terminal.output.match(/^waiting for inner\/deaf.*\r$/gm) ?? [];
  assert.ok(said.length > 0 && said.length <= 2, "in 2s, and at last now");
  assert.not.match(terminal.output, /\u001b/);
});

test("where standard error is no terminal only those are named that had to be killed", () => {
  for (const option of ["--json", "--all"]) {
    const { code, err } = sandbox(user, "up", option, SPEC);
    assert.is(code, 0);
    assert.match(err, KILLED);
    assert.not.match(err, /starting|waiting/);
  }
  const quick = writeSpec("quick", "sandbox: q\nuntil: a\nprocesses: {a: 'true', b: sleep 60}\n");
  assert.not.match(sandbox(user, "up", quick).err, /killed/);
});

test.run();
