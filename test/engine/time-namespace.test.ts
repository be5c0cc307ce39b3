/** Time namespaces: the clocks inside, and that the run's own times are the monitor's everywhere. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { clockObstacles } from "../../src/engine/clock-obstacles.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { freshMark, reportsOf, sandbox, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("time-namespace");

const OFFSETS = "tail -n +1 /proc/self/timens_offsets | tr -s ' \\t' ' ' | tr '\\n' ' '";

const spec = (command: string) => `
sandbox: clocks
namespaces: {time: {monotonic: 1h, boottime: 30m}}
processes: {top: {shell: "${command}"}}
sandboxes:
  in:
    namespaces: {time: {monotonic: -30m}}
    processes: {inner: {shell: "${command}"}}
    sandboxes: {same: {processes: {deep: {shell: "${command}"}}}}
  own:
    namespaces: {time: {boottime: 1500ms}}
    init: one
    processes: {one: {shell: "${command}; sleep 2"}, two: {shell: "${command}"}}
    sandboxes:
      below: {namespaces: {user: new, time: {boottime: 24h}}, processes: {last: {shell: "${command}"}}}
`;

const inodeOf = (pid: number) => fs.statSync(`/proc/${pid}/ns/time`).ino;

for (const user of users) {
  test(`${user.name}: offsets add up from sandbox to sandbox, also where a program is init`, () => {
    const ran = sandbox(user, "up", "--json", writeSpec("clocks", spec(OFFSETS)));
    assert.is(ran.code, 0, ran.err);
    const lines = ran.err.split("\n");
    const of = (path: string) =>
      lines.find((line) => line.split("|")[0]?.trim() === path && line.includes("monotonic"));
    for (const [path, monotonic, boottime] of [
      ["top", "3600 0", "1800 0"],
      ["in/inner", "1800 0", "1800 0"],
      ["in/same/deep", "1800 0", "1800 0"],
      ["own/one", "3600 0", "1801 500000000"],
      ["own/two", "3600 0", "1801 500000000"],
      ["own/below/last", "3600 0", "88201 500000000"],
    ] as const) {
      assert.match(of(path) ?? "", `monotonic ${monotonic} boottime ${boottime}`, path);
    }
  });

  test(`${user.name}: times of a report are the monitor's, whatever the clocks inside`, () => {
    const ran = sandbox(user, "up", "--json", writeSpec("times", spec("true")));
    const [, report] = reportsOf(ran);
    assert.ok(report, ran.err);
    for (const { path, started_ns, ended_ns } of report.processes) {
      assert.ok(
        started_ns !== null && started_ns >= 0 && started_ns < 30e9,
        `${path} ${started_ns}`,
      );
      assert.ok(
        ended_ns !== null && ended_ns >= started_ns && ended_ns < 60e9,
        `${path} ${ended_ns}`,
      );
    }
  });

  test(`${user.name}: a time-out inside is as long as outside`, () => {
    const text = `sandbox: late
sandboxes:
  ahead: {namespaces: {time: {monotonic: 2h}}, processes: {slow: {run: sleep 40, timeout: 300ms}}}
`;
    const started = Date.now();
    const ran = sandbox(user, "up", writeSpec("late", text));
    assert.is(ran.code, 1);
    assert.match(ran.err, 'process "ahead/slow" reached its time-out');
    assert.ok(Date.now() - started < 30_000);
  });

  test(`${user.name}: the report has the namespace's inode, and capture its offsets`, async () => {
    const mark = freshMark();
    const text = `sandbox: seen
sandboxes:
  ahead: {namespaces: {time: {monotonic: 90s, boottime: 1h}}, processes: {p: sleep ${mark}}}
  beside: {namespaces: {time: new}, processes: {q: sleep ${mark}}}
`;
    await whileRunning(user, writeSpec("seen", text), (report, cli) => {
      const pid = (path: string) =>
        report.processes.find((each) => each.path === path)?.pids[0] ?? 0;
      const inode = (path: string) =>
        report.namespaces.find((each) => each.path === path)?.inodes.time;
      for (const [sandboxPath, path] of [
        ["ahead", "ahead/p"],
        // Only root may look into an init.
        ...(process.getuid?.() === 0 ? ([["ahead", "ahead/init"]] as const) : []),
        ["beside", "beside/q"],
      ] as const) {
        assert.is(inode(sandboxPath), inodeOf(pid(path)), path);
      }
      assert.is(inode(""), inodeOf(process.pid));
      const captured = sandbox(user, "capture", String(pid("init")));
      assert.match(captured.out, "time: {monotonic: 90s, boottime: 1h}", captured.err);
      process.kill(cli, "SIGINT");
    });
  });

  test(`${user.name}: a clock below zero is told before anything is started`, () => {
    const text = "sandbox: old\nnamespaces: {time: {boottime: -1193h}}\nprocesses: {a: pwd}\n";
    const ran = sandbox(user, "up", writeSpec("old", text));
    assert.is(ran.code, 3);
    assert.match(ran.err, /error\[SBX3010\]: a clock of sandbox "old" would be \d+ s below zero/);
    assert.is(ran.out, "");
  });
}

const check = (text: string) => checkSpec({ file: "a.yaml", text: `sandbox: a\n${text}\n` });

test("what is around a sandbox counts for its clocks, on both sides of zero", () => {
  const obstaclesOf = (outer: string, inner: string) => {
    const { ir } = check(
      `namespaces: {time: {monotonic: ${outer}}}\nsandboxes: {in: {namespaces: {time: {monotonic: ${inner}}}, processes: {p: pwd}}}`,
    );
    assert.ok(ir);
    const now = () => ({ monotonicMs: 60_000, boottimeMs: 60_000 });
    return clockObstacles(planOf(ir), now).length;
  };
  assert.is(obstaclesOf("1h", "-61m"), 0);
  assert.is(obstaclesOf("1h", "-3661s"), 1);
  assert.is(obstaclesOf("-60s", "0s"), 0);
  assert.is(obstaclesOf("-61s", "-1s"), 2);
});

test("offsets are held to their form, each at its place", () => {
  const codes = (text: string) => check(text).diagnostics.map(({ code }) => code);
  const time = (value: string) => `namespaces: {time: ${value}}\nprocesses: {a: pwd}`;
  for (const right of ["new", "inherit", "{}", "{monotonic: -1h}", "{boottime: +1h30m}"]) {
    assert.equal(codes(time(right)), [], right);
  }
  assert.equal(codes(time("{monotonic: --1h}")), ["SBX2301"]);
  assert.equal(codes(time("{boottime: 1x}")), ["SBX2301"]);
  assert.equal(codes(time("{realtime: 1h}")), ["SBX2001"]);
  assert.equal(codes(time("auto")), ["SBX2002"]);
  assert.equal(codes("processes: {a: {run: pwd, timeout: -1s}}"), ["SBX2301"]);
});

test.run();
