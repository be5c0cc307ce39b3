/** Whom a stop reaches: process groups, what was left behind, and in which time. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { alive, freshMark, type Ran, sandbox, users, writeSpec } from "../sandbox.ts";

const test = suite("stop");

/** A bash that says what it got, and needs a while to end. */
const polite = (name: string) =>
  `bash -c 'trap \\"echo ${name} got TERM; sleep 0.3; echo ${name} done; exit 0\\" TERM; while :; do sleep 0.05; done'`;

const count = (ran: Ran, text: string) => ran.out.split(`| ${text}\n`).length - 1;

for (const user of users) {
  test(`${user.name}: a worker behind a shell gets the signal once, and the grace`, () => {
    const spec = writeSpec(
      "wrap",
      `sandbox: wrap\nprocesses:\n  w: {shell: "${polite("worker")}; echo after"}\n`,
    );
    const ran = sandbox(user, "up", "--for", "300ms", spec);
    assert.is(ran.code, 0, ran.err);
    assert.is(count(ran, "worker got TERM"), 1, ran.out);
    assert.is(count(ran, "worker done"), 1, ran.out);
  });

  test(`${user.name}: scope process: the signal is for the process alone`, () => {
    const text = `sandbox: alone
processes:
  w: {shell: "trap 'echo shell got TERM; wait; exit 0' TERM; (trap 'echo child got TERM' TERM; sleep 0.6; echo child done) & wait; wait", stop: {scope: process}}
`;
    const ran = sandbox(user, "up", "--for", "200ms", writeSpec("alone", text));
    assert.is(ran.code, 0, ran.err);
    assert.is(count(ran, "shell got TERM"), 1, ran.out);
    assert.is(count(ran, "child got TERM"), 0, ran.out);
    assert.is(count(ran, "child done"), 1, ran.out);
  });

  for (const [what, inner] of [
    ["a PID namespace", ""],
    ["a sandbox without a PID namespace", "namespaces: {pid: inherit}"],
    [
      "a nested sandbox that is alone in the one above",
      "sandboxes: {x: {sandboxes: {y: {PROCESSES}}}}",
    ],
  ] as const) {
    test(`${user.name}: a daemon left in ${what} gets TERM and the grace`, () => {
      const processes = `processes: {d: {shell: "setsid ${polite("daemon")} & sleep 0.3"}}`;
      const body = inner.includes("PROCESSES")
        ? inner.replace("PROCESSES", processes)
        : `${inner}\n    ${processes}`;
      const text = `sandbox: left\nsandboxes:\n  outer:\n    ${body}\n`;
      const ran = sandbox(user, "up", writeSpec("left", text));
      assert.is(ran.code, 0, ran.err);
      assert.is(count(ran, "daemon got TERM"), 1, ran.out);
      assert.is(count(ran, "daemon done"), 1, ran.out);
    });
  }

  test(`${user.name}: what is left and deaf is killed after the sandbox's grace`, () => {
    const mark = freshMark();
    const text = `sandbox: deaf
stop: {grace: 400ms}
processes: {d: {shell: "(trap '' TERM; setsid sleep ${mark}) & sleep 0.2"}}
`;
    const from = performance.now();
    const ran = sandbox(user, "up", writeSpec("deaf", text));
    const took = performance.now() - from;
    assert.is(ran.code, 0, ran.err);
    assert.equal(alive(mark), []);
    assert.ok(took > 500 && took < 3_500, String(took));
  });

  test(`${user.name}: a stopped process group ends by the stop signal, not by the grace`, () => {
    const text = `sandbox: stopped
stop: {grace: 20s}
processes: {s: {shell: "sleep 100 & kill -STOP $! $$; wait"}}
`;
    const from = performance.now();
    const ran = sandbox(user, "up", "--for", "300ms", writeSpec("stopped", text));
    assert.is(ran.code, 0, ran.err);
    assert.ok(performance.now() - from < 10_000);
  });
}

test("a process's time-out is its own, whatever depends on it", () => {
  const text = `sandbox: due
processes:
  db: {run: sleep 30, timeout: 300ms}
  web: {run: sleep 1.5, depends_on: [db]}
`;
  const [user] = users;
  assert.ok(user);
  const { out } = sandbox(user, "up", "--json", writeSpec("due", text));
  const ended = JSON.parse(out.trim().split("\n")[1] ?? "");
  const at = (path: string): number =>
    ended.processes.find((each: { path: string }) => each.path === path).ended_ns;
  assert.ok(at("web") - at("db") > 700_000_000, out);
});

test("an unknown scope is told at its place", () => {
  const [user] = users;
  assert.ok(user);
  const spec = writeSpec(
    "scope",
    "sandbox: s\nprocesses: {p: {run: sleep 1, stop: {scope: all}}}\n",
  );
  const ran = sandbox(user, "check", spec);
  assert.is(ran.code, 2, ran.out + ran.err);
  assert.match(ran.out + ran.err, /group/);
});

test.run();
