/** Back from a plan image to a spec: it compiles to the same plan, to the last bit of its hash. */

import * as fs from "node:fs";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { humanText } from "../../src/diag/human.ts";
import { partOfPlan } from "../../src/interop/plan-part.ts";
import { specOfPlan, withOwnNames } from "../../src/interop/spec-of-plan.ts";
import { specText } from "../../src/interop/spec-tree.ts";
import { planHash } from "../../src/plan/canonical.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { formatSpec } from "../../src/spec/format.ts";
import { decodeImage } from "../../src/wire/decode.ts";
import { encodeImage } from "../../src/wire/encode.ts";
import { generator } from "../random.ts";
import { randomSpec } from "../random-spec.ts";

/** Null where it is left as it is. */
function formattedText(text: string): string | null {
  const made = formatSpec(text);
  return made.ok ? made.text : null;
}

const test = suite("spec-of-plan");

const load = (path: string) => fs.readFileSync(path, "utf8");

function compiled(text: string, file = "spec.yaml"): Plan {
  const { ir, diagnostics, sources } = checkSpec({ file, text }, { load });
  assert.ok(ir, humanText(diagnostics, sources, { colour: false, columns: null }) + text);
  return planOf(ir);
}

/** By way of an image, as a run has it. */
function kept(plan: Plan): Plan {
  const decoded = decodeImage(encodeImage(plan, planHash(plan)));
  assert.ok(decoded.ok);
  return decoded.plan;
}

function backAgain(plan: Plan): string {
  const { root, unfolded } = specOfPlan(kept(plan));
  assert.equal([...unfolded], []);
  return specText(root, []);
}

for (const file of [...new Glob("sandboxes/*.yaml").scanSync(".")].toSorted()) {
  test(`${file}: the same plan, without a finding, and formatted`, () => {
    const plan = compiled(load(file), file);
    const text = backAgain(plan);
    assert.is(planHash(compiled(text)), planHash(plan), text);
    assert.equal(checkSpec({ file: "again.yaml", text }).diagnostics, []);
    assert.is(formattedText(text), text);
  });
}

const EVERYTHING = `sandbox: all
description: every field that a plan has
namespaces: {net: new, cgroup: inherit, time: new}
hostname: one
domainname: two
root: host-rw
until: main
timeout: 90s
stop: {signal: INT, grace: 1500ms}
env: {SHARED: "yes", PATH: /bin}
user: {uid: 0, gid: 0, groups: [7]}
umask: "077"
processes:
  main:
    run: [printf, "a b", '"$x"', "$\${replica}"]
    env: {A: "1", __proto__: x, EMPTY: ""}
    inherit_env: [TERM]
    cwd: /usr
    limits: {nofile: {soft: 10, hard: unlimited}, core: 0}
    user: {uid: 0, gid: 0, groups: [5, 6]}
    depends_on: {box/web: exited, box/in: started, waits: succeeded}
    stdin: {text: "line\\n  two\\n"}
    stdout: {file: /dev/null}
    stderr: stdout
    stop: {signal: RTMIN+3, grace: 1h}
    timeout: 100ms
    nice: -5
    oom_score_adj: 0
    ignore_signals: [HUP, RTMIN+1, 33]
    parent_death_signal: TERM
    essential: true
    expect: {pid: 300, pids: {all: 300}, ppid: 1, level: 1, exit: 7}
    pid: 300
  waits: {shell: "echo $\${HOME} $$ \\"#x\\": y", stdin: {file: /dev/null}, stderr: "null", expect: {signal: KILL}}
  lines: {shell: "one\\ntwo\\n", user: {uid: 9}}
  alone: {run: sleep 1, user: {groups: []}}
sandboxes:
  box:
    namespaces: {user: new, time: {monotonic: -90m, boottime: 24h}}
    user: {uid: 3, gid: 3, map: [{inside: 3, outside: 0}]}
    init: own
    until: any
    processes:
      web: {run: "yes", pids: {all: 40, box: 41}}
      own: {run: sleep 1, pids: {all: 20}}
    sandboxes:
      in: {namespaces: {pid: inherit, mount: inherit}, processes: {web: {run: sleep 1, depends_on: [own, lines]}}}
`;

test("every field comes back as it was", () => {
  const text = EVERYTHING;
  const plan = compiled(text);
  assert.is(planHash(compiled(backAgain(plan))), planHash(plan), backAgain(plan));
});

test("copies come back as copies, with what follows from their numbers", () => {
  const plan = compiled(`sandbox: copies
sandboxes:
  row:
    replicas: 3
    hostname: row-\${replica}
    sandboxes:
      doll:
        nest: 2
        until: same
        processes:
          w: {shell: "echo \${nest * 10 - 3} \${replica}, 007", pid: "\${100 * nest - replica}", replicas: 4}
          same: {run: "sleep \${nest}", replicas: 2}
`);
  const text = backAgain(plan);
  assert.is(planHash(compiled(text)), planHash(plan), text);
  assert.match(text, /nest: 2/);
  assert.match(text, /pid: "\$\{nest \* 100 - replica\}"/);
  assert.match(text, /hostname: row-\$\{replica\}/);
});

test("copies that do not follow from their numbers get names of their own", () => {
  const plan = compiled(`sandbox: odd
processes:
  odd-2: sleep 1
  odd: {shell: "echo \${replica * replica}", replicas: 3}
  fine: {run: sleep 1, replicas: 2, depends_on: [odd]}
`);
  const { unfolded } = specOfPlan(plan);
  assert.equal([...unfolded], ["odd"]);
  const again = specOfPlan(withOwnNames(plan, unfolded));
  assert.equal([...again.unfolded], []);
  const made = compiled(specText(again.root, []));
  assert.equal(
    made.slots.map(({ path }) => path),
    ["init", "odd-2", "odd--1", "odd--2", "odd--3", "fine.1", "fine.2"],
  );
  assert.equal(
    made.slots.map(({ pids, process }) => [pids, process?.argv, process?.dependsOn]),
    plan.slots.map(({ pids, process }) => [pids, process?.argv, process?.dependsOn]),
  );
});

test("random specs come back to the same plan", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = generator(seed);
    const levels = 1 + (seed % 6);
    const text = randomSpec({ random, mark: "77", levels, lively: seed % 2 === 0 });
    const plan = compiled(text);
    assert.is(planHash(compiled(backAgain(plan))), planHash(plan), `seed ${seed}`);
  }
});

test("a part of a plan has the PIDs that it had, from its own level on", () => {
  let parts = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const plan = compiled(randomSpec({ random: generator(seed), mark: "77", levels: 4 }));
    plan.sandboxes.forEach(({ initMode, level }, index) => {
      // Only where a PID namespace begins is there nothing around that would be missing.
      if (initMode === "subreaper") return;
      const part = partOfPlan(plan, index, null);
      const { unfolded } = specOfPlan(part.plan);
      const text = specText(specOfPlan(withOwnNames(part.plan, unfolded)).root, []);
      const made = compiled(text);
      assert.is(made.slots.length, part.slots.length);
      made.slots.forEach(({ pids }, at) => {
        const was = plan.slots[part.slots[at] ?? 0]?.pids.slice(level) ?? [];
        assert.is(pids.length, was.length + 1, text);
      });
      parts++;
    });
  }
  assert.ok(parts > 100);
});

test("one process of a plan keeps its PID, and says for whom it had waited", () => {
  const plan = compiled(EVERYTHING);
  const slot = plan.slots.findIndex(({ path }) => path === "box/in/web");
  const part = partOfPlan(plan, plan.slots[slot]?.sandbox ?? 0, slot);
  assert.equal([...part.outside.values()], [["lines", "box/own"]]);
  const text = specText(specOfPlan(part.plan).root, []);
  const [init, web] = compiled(text).slots;
  assert.is(init?.path, "init");
  assert.is(web?.pids.at(-1), plan.slots[slot]?.pids.at(-1), text);
});

test.run();
