/** Specs never seen before: what was planned, what is reported and what procfs says are one. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import type { Report } from "../../src/report/report.ts";
import { assertHasAll, assertKernelSays } from "../kernel-word.ts";
import { generator } from "../random.ts";
import { randomSpec } from "../random-spec.ts";
import { alive, freshMark, reportsOf, sandbox, type User, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("random-spec");

function plannedPids(text: string): (readonly [string, readonly (number | null)[]])[] {
  const { ir, diagnostics } = checkSpec({ file: "random.yaml", text });
  assert.ok(ir, diagnostics.map(({ message }) => message).join("; "));
  return planOf(ir).slots.map(({ path, pids }) => [path, pids.slice(1)] as const);
}

const reportedPids = ({ processes }: Report) =>
  processes
    .filter(({ kind }) => kind === "declared" || kind === "init")
    .map(({ path, pids }) => [path, pids.slice(1)]);

/** A later report, and the processes there were before it: workloads fork at first. */
function settled(user: User, name: string, mark: string): [Report, string[]] {
  const marked = alive(mark);
  const ran = sandbox(user, "report", name, "--format", "json");
  assert.is(ran.code, 0, ran.err);
  const report = JSON.parse(ran.out) as Report;
  assert.ok(marked.length > report.processes.length / 4);
  return [report, marked];
}

for (const user of users) {
  for (const seed of [1, 3, 7]) {
    test(`five levels by seed ${seed}: plan, report and kernel agree, as ${user.name}`, async () => {
      const mark = freshMark();
      const text = randomSpec({ random: generator(seed), mark, levels: 5 });
      const name = `random-${seed}`; // without the mark: the command itself must not have it
      const during = (report: Report, cli: number) => {
        assert.equal(reportedPids(report), plannedPids(text));
        assertKernelSays(report);
        assertHasAll(...settled(user, name, mark));
        process.kill(cli, "SIGINT");
      };
      await whileRunning(user, writeSpec(`random-${seed}`, text), during, "--name", name);
      for (let tries = 0; tries < 200 && alive(mark).length > 0; tries++) await Bun.sleep(20);
      assert.equal(alive(mark), []);
    });
  }
}

for (const user of users) {
  for (const seed of [2, 5, 8]) {
    test(`lively by seed ${seed}: whatever ends when, the run comes to its end, as ${user.name}`, () => {
      const mark = freshMark();
      const text = randomSpec({ random: generator(seed), mark, levels: 4, lively: true });
      const ran = sandbox(user, "up", "--json", writeSpec(`lively-${seed}`, text));
      assert.ok(ran.code === 0 || ran.code === 1, ran.err);
      assert.is(/SBX3|SBX4003/.test(ran.err), false, ran.err);
      const last = reportsOf(ran).at(-1);
      assert.ok(last);
      assert.is(last.phase, "ended");
      const open = last.processes.filter(({ state }) => state !== "exited" && state !== "pending");
      assert.equal(open, []);
      const endless = last.processes.filter(
        ({ state, exit }) => state === "exited" && exit === null,
      );
      assert.equal(endless, []);
    });
  }
}

test.run();
