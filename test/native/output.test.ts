/** Output is never lost without a word, and never holds up a run, however few descriptors there are. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  commandFor,
  environmentFor,
  type Ran,
  root,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("output");

const filter = join(scratch, "no-clone3");
const built = Bun.spawnSync(["cc", "-o", filter, join(root, "test/native/no-clone3.c")]);
assert.is(built.exitCode, 0, built.stderr.toString());
fs.chmodSync(scratch, 0o755);
fs.chmodSync(filter, 0o755);

const within = (user: User, ...prefix: string[]): User => ({
  ...user,
  prefix: [...user.prefix, ...prefix],
});

const linesOf = (ran: Ran, text: string) => ran.out.split(`| ${text}\n`).length - 1;

/** `app` outlives its members, and ends once all of them have. */
const belowOwnInit = (indent: string, replicas: number) =>
  `until: v
init: app
stop: {grace: 100ms}
processes:
  app: sleep 60
  v: {shell: "echo hi; sleep 0.3; echo bye", replicas: ${replicas}}
`.replace(/^(?=.)/gm, indent);

for (const user of users) {
  for (const [name, prefix] of [
    ["", []],
    [" where clone3 is refused", [filter]],
  ] as const) {
    test(`${user.name}: 300 logged members below the root's own init${name}`, () => {
      const text = `sandbox: roots\ntimeout: 30s\n${belowOwnInit("", 300)}`;
      const ran = sandbox(within(user, ...prefix), "up", writeSpec("roots", text));
      assert.is(ran.code, 0, ran.err);
      assert.is(linesOf(ran, "hi"), 300);
      assert.is(linesOf(ran, "bye"), 300);
    });
  }

  test(`${user.name}: 700 logged members below an own init of a nested sandbox`, () => {
    const text = `sandbox: nested\nsandboxes:\n  in:\n    timeout: 50s\n${belowOwnInit("    ", 700)}`;
    const ran = sandbox(user, "up", writeSpec("nested", text));
    assert.is(ran.code, 0, ran.err);
    assert.is(linesOf(ran, "hi"), 700);
    assert.is(linesOf(ran, "bye"), 700);
  });

  test(`${user.name}: a start after 100 logged members finds its own user namespace`, () => {
    const text = `sandbox: numbers
init: app
until: late
processes:
  app: sleep 30
  v: {run: sleep 30, replicas: 100}
  wait: sleep 0.5
  late: {run: "true", depends_on: {wait: exited}, expect: {exit: 0}}
`;
    const ran = sandbox(user, "up", writeSpec("numbers", text));
    assert.is(ran.code, 0, ran.err);
  });

  for (const limit of [150, 160, 180, 200, 512]) {
    test(`${user.name}: ${limit} descriptors: who has none does not start, and says so`, () => {
      const text = `sandbox: few\nprocesses:\n  w: {shell: "trap '' PIPE; echo hi; sleep 0.5; echo bye", replicas: 300}\n`;
      const few = within(user, "prlimit", `--nofile=${limit}:${limit}`);
      const ran = sandbox(few, "up", writeSpec("few", text));
      assert.is(ran.code, 3, ran.err);
      assert.match(ran.err, /output pipes cannot be made.*\(EMFILE\)/);
      assert.match(ran.err, /ulimit -n/);
      assert.not.match(ran.err, /SBX4004|PIPE\b.*killed|killed by PIPE/);
    });

    test(`${user.name}: ${limit} descriptors are enough for 20 processes`, () => {
      const text = `sandbox: some\nprocesses:\n  w: {shell: "echo hi; sleep 0.3; echo bye", replicas: 20}\n`;
      const few = within(user, "prlimit", `--nofile=${limit}:${limit}`);
      const ran = sandbox(few, "up", writeSpec("some", text));
      assert.is(ran.code, 0, ran.err);
      assert.is(linesOf(ran, "bye"), 20);
    });
  }
}

test("a command that is stopped while the run ends gets its last words", async () => {
  const user = users[0];
  assert.ok(user);
  const spec = writeSpec("flood", "sandbox: flood\nprocesses: {y: {run: 'yes'}}\n");
  sandbox(user, "version"); // makes the user's directories
  const cli = Bun.spawn(commandFor(user, ["up", "--for", "300ms", spec]), {
    env: environmentFor(user),
    stdio: ["ignore", "ignore", "pipe"],
  });
  await Bun.sleep(900);
  cli.kill("SIGSTOP");
  await Bun.sleep(1_500);
  cli.kill("SIGCONT");
  assert.is(await cli.exited, 0, await new Response(cli.stderr).text());
});

test.run();
