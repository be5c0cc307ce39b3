/** Rows that could mislead: pending ones, leaders that have ended, long arguments, young parents. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Report } from "../../src/report/report.ts";
import { tableText } from "../../src/report/table.ts";
import { freshMark, reportsOf, sandbox, type User, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("rows");
const user = users[0] as User;

const rowOf = ({ processes }: Report, path: string) => {
  const row = processes.find((each) => each.path === path);
  assert.ok(row, path);
  return row;
};

test("a pending process says what it waits for, and at the end why it never started", () => {
  const ran = sandbox(
    user,
    "up",
    "--json",
    writeSpec(
      "chain",
      `sandbox: chain
processes:
  one: {shell: "exit 3"}
  two: {run: "true", depends_on: {one: succeeded}}
  three: {run: "true", depends_on: {two: started}}
`,
    ),
  );
  const last = reportsOf(ran).at(-1) as Report;
  assert.is(rowOf(last, "two").reason, '"one" ended with code 3');
  assert.is(rowOf(last, "three").reason, '"two" never started');
  assert.match(
    tableText(last, { columns: 120, colour: false }),
    /^two .* pending +\("one" ended with code 3\) true$/m,
  );
  assert.equal(
    last.verdict.failures.map(({ path, because_of: cause }) => [path, cause]),
    [
      ["one", null],
      ["two", "one"],
      ["three", "two"],
    ],
  );
  assert.is(ran.err.match(/^error\[/gm)?.length, 1, "the cause alone is told");
});

test("what waits while the run goes on says for whom", async () => {
  const spec = writeSpec(
    "waits",
    `sandbox: waits
processes:
  slow: sleep 1.2
  next: {run: "true", depends_on: {slow: exited}}
`,
  );
  let reason: string | null = null;
  const child = whileRunning(user, spec, () => {}, "--name", "waits");
  for (let tries = 0; tries < 40 && reason === null; tries++) {
    await Bun.sleep(50);
    const { out } = sandbox(user, "report", "waits", "--format", "json");
    if (out !== "") reason = rowOf(JSON.parse(out) as Report, "next").reason;
  }
  assert.is(reason, 'waits for "slow" to exit');
  assert.is(await child, 0);
});

test("what fails while the run goes on has failed in a live report, with its place", async () => {
  const spec = writeSpec(
    "fails",
    `sandbox: fails
processes:
  bad: {shell: "sleep 0.7; exit 3", expect: {exit: 0}}
  other: sleep 60
`,
  );
  let report: Report | null = null;
  await whileRunning(
    user,
    spec,
    async (started, cli) => {
      assert.equal(started.verdict.failures, []);
      for (let tries = 0; tries < 40 && !report?.verdict.failures.length; tries++) {
        await Bun.sleep(100);
        const { out } = sandbox(user, "report", "fails", "--format", "json");
        report = JSON.parse(out) as Report;
      }
      process.kill(cli, "SIGINT");
    },
    "--name",
    "fails",
  );
  const { verdict, phase } = report as unknown as Report;
  assert.is(phase, "started");
  assert.equal([verdict.passed, verdict.exit_code], [false, 1]);
  assert.equal(
    verdict.failures.map(({ path, found, line }) => [path, found, line]),
    [["bad", 3, 3]],
  );
  assert.is(rowOf(report as unknown as Report, "bad").failed, true);
});

test("a leader that has ended while its threads live is no zombie", async () => {
  const dir = fs.mkdtempSync("/var/tmp/sandbox-test-");
  try {
    fs.chmodSync(dir, 0o755);
    const program = join(dir, "leader");
    const source = `#include <pthread.h>
#include <unistd.h>
static void *stay(void *unused) { sleep(20); return unused; }
int main(void) { pthread_t thread; pthread_create(&thread, 0, stay, 0); pthread_exit(0); }
`;
    fs.writeFileSync(`${program}.c`, source);
    const made = Bun.spawnSync(["cc", "-pthread", "-o", program, `${program}.c`]);
    assert.is(made.exitCode, 0, made.stderr.toString());
    const spec = writeSpec("leader", `sandbox: leader\nprocesses: {p: {run: [${program}]}}\n`);
    await whileRunning(
      user,
      spec,
      async (_, cli) => {
        await Bun.sleep(500);
        const { out } = sandbox(user, "report", "leader", "--format", "json");
        const row = rowOf(JSON.parse(out) as Report, "p");
        const pid = String(row.pids[0]);
        assert.match(fs.readFileSync(`/proc/${pid}/stat`, "utf8"), /\) Z /);
        assert.is(row.state, "running");
        assert.not.match(sandbox(user, "pid", pid).out, /zombie/);
        process.kill(cli, "SIGINT");
      },
      "--name",
      "leader",
    );
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
});

test("arguments that are cut say so, and a fork is not older than who made it", async () => {
  const mark = freshMark();
  const spec = writeSpec(
    "long",
    `sandbox: long\nprocesses: {p: {shell: "sh -c 'sleep ${mark}; :' $(seq -s ' ' 9000) & wait"}}\n`,
  );
  await whileRunning(
    user,
    spec,
    async (_, cli) => {
      await Bun.sleep(500);
      const { out } = sandbox(user, "report", "long", "--format", "json");
      const report = JSON.parse(out) as Report;
      const parent = rowOf(report, "p");
      const forks = report.processes.filter(({ kind }) => kind === "forked");
      assert.ok(forks.length >= 2);
      for (const fork of forks) assert.ok((fork.started_ns ?? 0) >= (parent.started_ns ?? 0));
      const cut = forks.filter((fork) => fork.argv_cut);
      assert.is(cut.length, 1);
      assert.match(tableText(report, { columns: Infinity, colour: false }), / \d+…$/m);
      process.kill(cli, "SIGINT");
    },
    "--name",
    "long",
  );
});

test.run();
