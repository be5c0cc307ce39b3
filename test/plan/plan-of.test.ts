/** The PID plan and the order of slots. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { canonicalPlan, canonicalValue, planHash } from "../../src/plan/canonical.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { planOf } from "../../src/plan/plan-of.ts";

const test = suite("plan-of");

function plan(text: string): Plan {
  const { ir, diagnostics } = checkSpec({ file: "spec.yaml", text });
  assert.ok(ir, diagnostics.map(({ message }) => message).join("; "));
  return planOf(ir);
}

const pidsOf = (made: Plan) => made.slots.map(({ path, pids }) => [path, ...pids.slice(1)]);

const doll = `sandbox: doll
processes: {watcher: sleep 1}
sandboxes:
  outer:
    processes: {web: {run: sleep 1, pid: 7}}
    sandboxes:
      inner:
        init: app
        processes: {worker: {run: sleep 1, replicas: 2}, app: sleep 1}
`;

test("each PID namespace has a block: init, then all that is visible there, requested PIDs first", () => {
  assert.equal(pidsOf(plan(doll)), [
    ["init", 1],
    ["watcher", 2],
    ["outer/init", 3, 1],
    ["outer/web", 5, 7],
    ["outer/inner/app", 6, 3, 1],
    ["outer/inner/worker.1", 7, 4, 2],
    ["outer/inner/worker.2", 8, 5, 3],
  ]);
});

test("a whole path names the sandbox of a pin before a nearer one of the same name does", () => {
  const text = `sandbox: same
sandboxes:
  same:
    sandboxes: {same: {processes: {p: {run: sleep 1, pids: {same: 70, same/same: 80}}}}}
`;
  assert.equal(pidsOf(plan(text)).at(-1), ["same/same/p", 4, 70, 80]);
});

test("processes that sandboxes share by an alias or a template have each sandbox's defaults", () => {
  const text = `sandbox: shared
templates: {t: {processes: {p: {shell: "echo $X"}}}}
sandboxes:
  a: {env: {X: "1"}, umask: "077", user: {uid: 3}, processes: &p {p: {shell: "echo $X"}}}
  b: {env: {X: "2"}, cwd: /b, limits: {nofile: 9}, processes: *p}
  c: {env: {X: "3"}, stop: {signal: INT}, use: t}
  d: {env: {X: "4"}, use: t}
`;
  const processes = plan(text).slots.flatMap(({ process }) => (process === null ? [] : [process]));
  const facts = processes.map(({ env, umask, cwd, limits, stop }) => [
    Object.fromEntries(env)["X"],
    umask,
    cwd,
    limits.length,
    stop.signal,
  ]);
  assert.equal(facts, [
    ["1", 0o077, null, 0, 15],
    ["2", 0o022, "/b", 1, 15],
    ["3", 0o022, null, 0, 2],
    ["4", 0o022, null, 0, 15],
  ]);
});

test("what a process's user does not name is the sandbox's", () => {
  const text = `sandbox: ids
user: {uid: 3, gid: 7, groups: [8]}
processes:
  a: pwd
  b: {run: pwd, user: {uid: 5}}
  c: {run: pwd, user: {gid: 6, groups: []}}
`;
  const processes = plan(text).slots.flatMap(({ process }) =>
    process === null ? [] : [process.user],
  );
  assert.equal(processes, [null, { uid: 5, gid: 7, groups: [8] }, { uid: 3, gid: 6, groups: [] }]);
});

test("the shim's child that joins an own init's namespaces has numbers of its own", () => {
  const { sandboxes } = plan(doll);
  assert.equal(sandboxes[1]?.nsHelper, [null, 4, 2]);
  assert.equal(
    sandboxes.map(({ lastPid }) => lastPid),
    [8, 7, 3],
  );
});

test("members of an own init's sandbox are supervised from above", () => {
  const { slots } = plan(doll);
  assert.equal(
    slots.map(({ supervisor }) => supervisor),
    [null, 0, 0, 1, 1, 1, 1],
  );
});

test("a sandbox without a PID namespace takes numbers in the one above", () => {
  const made = plan(`sandbox: x
sandboxes: {flat: {namespaces: {pid: inherit}, processes: {a: sleep 1}}}
`);
  assert.equal(pidsOf(made), [
    ["init", 1],
    ["flat/init", 2],
    ["flat/a", 3],
  ]);
  assert.is(made.sandboxes[1]?.initMode, "subreaper");
});

test("a requested PID near the greatest does not move the end of the block", () => {
  const made = plan("sandbox: x\nprocesses: {a: {run: sleep 1, pid: 4194303}, b: sleep 1}\n");
  assert.is(made.sandboxes[0]?.lastPid, 2);
});

test("the canonical form has no places and is the same for another layout of the file", () => {
  const one = plan("sandbox: x\nprocesses: {a: sleep 1}\n");
  const other = plan("# moved\nprocesses:\n  a: sleep 1\nsandbox: x\n");
  assert.is(canonicalPlan(one), canonicalPlan(other));
  assert.is(planHash(one), planHash(other));
  assert.not.match(canonicalPlan(one), /spec\.yaml/);
});

test("the canonical form by hand is that by sorting every record", () => {
  for (const file of new Bun.Glob("sandboxes/*.yaml").scanSync(".")) {
    const text = fs.readFileSync(file, "utf8");
    const load = (path: string) => fs.readFileSync(path, "utf8");
    const { ir } = checkSpec({ file, text }, { load });
    assert.ok(ir, file);
    assert.is(canonicalPlan(planOf(ir)), canonicalValue(planOf(ir)), file);
  }
});

test.run();
