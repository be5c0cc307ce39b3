/** What is left of the promises where a policy refuses clone3, and with it set_tid. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reportsOf, root, sandbox, scratch, type User, users, writeSpec } from "../sandbox.ts";

const test = suite("PIDs in start order");

const filter = join(scratch, "no-clone3");
const built = Bun.spawnSync(["cc", "-o", filter, join(root, "test/native/no-clone3.c")]);
assert.is(built.exitCode, 0, built.stderr.toString());
fs.chmodSync(scratch, 0o755);
fs.chmodSync(filter, 0o755);

const under = (user: User): User => ({ ...user, prefix: [...user.prefix, filter] });

/** No pins; forks at once; dependencies that turn the start order around; an own init. */
const forking = writeSpec(
  "forking",
  `sandbox: forking
processes:
  a: {shell: "(true) & (true) & wait; sleep 0.05", depends_on: {z: exited}}
  b: {shell: "(true) & (true) & (true) & wait", replicas: 3}
  z: {shell: "(true) & (true) & wait; exit 0"}
sandboxes:
  inner:
    processes: {c: {shell: "(true) & wait", depends_on: [a]}, d: sleep 0.05}
  own:
    init: app
    processes: {app: sleep 1, member: sleep 0.05}
`,
);

for (const user of users) {
  test(`PIDs follow the plan order, however processes fork and wait, as ${user.name}`, () => {
    const requested = reportsOf(sandbox(user, "up", "--json", forking))[1];
    const ordered = Array.from({ length: 5 }, () => {
      const ran = sandbox(under(user), "up", "--json", forking);
      assert.is(ran.code, 0, ran.err);
      return reportsOf(ran)[1];
    });
    assert.is(requested?.pid_mode, "requested");
    for (const report of ordered) {
      assert.is(report?.pid_mode, "ordered");
      const rows = report?.processes ?? [];
      assert.equal(
        rows.map(({ path, exit }) => [path, exit]),
        requested?.processes.map(({ path, exit }) => [path, exit]),
      );
      assert.equal(
        rows.map(({ pids }) => pids.slice(1)),
        ordered[0]?.processes.map(({ pids }) => pids.slice(1)),
      );
    }
    const levelOne = ordered[0]?.processes.map(({ pids }) => pids[1] ?? 0) ?? [];
    assert.equal(
      levelOne,
      levelOne.toSorted((a, b) => a - b),
      "each is numbered after the one before it",
    );
  });

  test(`a pin that could not be kept is said, with exit code 3, as ${user.name}`, () => {
    const spec = writeSpec("pinned", "sandbox: pinned\nprocesses: {a: {run: 'true', pid: 77}}\n");
    const ran = sandbox(under(user), "up", spec);
    assert.is(ran.code, 3, ran.err);
    assert.match(ran.err, /error\[SBX4008\]: "a": PID 77 at level 1 could not be requested here/);
    assert.match(ran.out, /PIDs were given in start order, not as planned/);
  });

  test(`a process that waits in vain never runs its program, as ${user.name}`, () => {
    const spec = writeSpec(
      "in-vain",
      "sandbox: v\nprocesses:\n  bad: {run: 'false'}\n  b: {shell: 'echo ran', depends_on: {bad: succeeded}}\n",
    );
    const ran = sandbox(under(user), "up", spec);
    assert.is(ran.code, 1, ran.err);
    assert.not.match(ran.out, /b \| ran/);
  });

  test(`a program that cannot be executed fails as ever, as ${user.name}`, () => {
    const spec = writeSpec("missing", "sandbox: m\nprocesses: {a: /no/such, b: sleep 30}\n");
    const ran = sandbox(under(user), "up", spec);
    assert.match(ran.err, /error\[SBX4001\]/);
    assert.is(ran.code, 1);
  });

  test(`doctor says so, as ${user.name}`, () => {
    const line = (who: User) =>
      sandbox(who, "doctor")
        .out.split("\n")
        .find((each) => each.includes("set_tid")) ?? "";
    assert.match(line(user), /^ok {2}set_tid/);
    assert.match(line(under(user)), /^no {2}set_tid, ns_last_pid .*PIDs come in start order/);
  });
}

test.run();
