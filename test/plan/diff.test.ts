/** `sandbox diff`: what is done, not what is written. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { diffText, planDiff } from "../../src/plan/diff.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { planOf } from "../../src/plan/plan-of.ts";

const test = suite("diff");

function plan(text: string): Plan {
  const { ir, diagnostics } = checkSpec({ file: "spec.yaml", text });
  assert.ok(ir, JSON.stringify(diagnostics));
  return planOf(ir);
}

const diff = (before: string, after: string) =>
  diffText(planDiff(plan(before), plan(after)), (_, line) => line);

test("another way to write the same is no difference", () => {
  const before = "sandbox: x\nprocesses: {a: {run: sleep 1, replicas: 2}}\n";
  const after =
    "# other\nsandbox: x\nparams: {n: {type: integer, default: 2}}\ntemplates: {t: {run: [sleep, '1']}}\nprocesses:\n  a: {use: t, replicas: '${n}'}\n";
  assert.is(diff(before, after), "");
});

test("a new process, and the PIDs that it moves", () => {
  const before = "sandbox: x\nprocesses: {a: sleep 1, c: sleep 1}\n";
  const after = "sandbox: x\nprocesses: {a: sleep 1, b: sleep 2, c: sleep 1}\n";
  assert.is(
    diff(before, after),
    `+ process b [3]
~ process c
    PID L1 3 -> 4
`,
  );
});

test("changed fields of processes and sandboxes, by name", () => {
  const before =
    "sandbox: x\nprocesses: {a: {run: sleep 1, env: {A: b}}}\nsandboxes: {s: {processes: {p: pwd}}}\n";
  const after =
    "sandbox: x\nprocesses: {a: {run: sleep 2, env: {A: c}, stop: {signal: INT}}}\nsandboxes: {s: {namespaces: {net: new}, init: p, processes: {p: pwd}}}\n";
  assert.is(
    diff(before, after),
    `~ sandbox s
    init: s/init -> s/p
    namespaces.net: inherit -> new
- init s/init [3 1]
~ process a
    argv: sleep 1 -> sleep 2
    env.A: b -> c
    stop.signal: 15 -> 2
~ process s/p
    parent: s/init -> init
    PID L1 4 -> 3, L2 2 -> 1
`,
  );
});

test("fields that are one value, and clocks, as a spec writes them", () => {
  const before = "sandbox: x\nprocesses: {a: {run: pwd, nice: 5, umask: 077}}\n";
  const after =
    "sandbox: x\nnamespaces: {time: {monotonic: -1h}}\nprocesses: {a: {run: pwd, umask: 022, ignore_signals: [HUP, INT], timeout: 90s}}\n";
  assert.is(
    diff(before, after),
    `~ sandbox (root)
    clocks: none -> {"boottimeMs":0,"monotonicMs":-3600000}
    namespaces.time: inherit -> new
~ process a
    ignore_signals: none -> HUP INT
    nice: 5 -> none
    timeout: none -> 90s
    umask: 077 -> 022
`,
  );
});

test("a change has no places of the source", () => {
  const text = (fields: string) => `sandbox: x\nprocesses: {a: {run: pwd, ${fields}}}\n`;
  const before = plan(text("pid: 7, expect: {exit: 0}"));
  const changes = planDiff(before, plan(text("pid: 8, expect: {exit: 1}")));
  assert.equal(
    changes.flatMap(({ fields }) => fields.map(({ field }) => field)),
    ["expect", "pids", "pins"],
  );
  assert.not.match(JSON.stringify(changes), /span|spec.yaml/);
});

test.run();
