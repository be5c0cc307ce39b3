/** Every spec in sandboxes/ runs, as root and as an ordinary user, with the PIDs of its plan. */

import * as fs from "node:fs";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../src/check/check.ts";
import { planOf } from "../src/plan/plan-of.ts";
import { reportsOf, root, sandbox, users } from "./sandbox.ts";

const test = suite("sandboxes");

/** Named here, so that a spec without a test is a failing test. */
const names = [
  "attributes",
  "clocks",
  "dependencies",
  "exit-codes",
  "five-levels",
  "hello",
  "hostname",
  "init-death",
  "orphan",
  "params",
  "pinned-pids",
  "replicas",
  "rootless-ids",
  "russian-doll",
  "siblings-same-pids",
  "stubborn-init",
  "templates",
  "thirty-one-levels",
];

test("each spec is named here", () => {
  const present = [...new Glob("*.yaml").scanSync(`${root}/sandboxes`)].toSorted();
  assert.equal(
    present,
    names.map((name) => `${name}.yaml`),
  );
});

for (const user of users) {
  for (const name of names) {
    test(`${name} as ${user.name}: succeeds, and every PID is the planned one`, () => {
      const file = `${root}/sandboxes/${name}.yaml`;
      const { ir } = checkSpec(
        { file, text: fs.readFileSync(file, "utf8") },
        { load: (path) => fs.readFileSync(path, "utf8") },
      );
      assert.ok(ir);
      const planned = planOf(ir).slots.map(({ path, pids }) => [path, pids.slice(1)]);
      const ran = sandbox(user, "up", "--json", file);
      assert.is(ran.code, 0, ran.err);
      const reports = reportsOf(ran);
      assert.equal(
        reports.map(({ phase }) => phase),
        ["started", "ended"],
      );
      for (const { processes } of reports) {
        const present = processes.filter(({ kind }) => kind !== "forked");
        assert.equal(
          present.map(({ path, pids }) => [path, pids.slice(1)]),
          planned,
        );
        for (const row of processes) assert.is(row.pids.length, row.level + 1);
      }
    });
  }
}

test("the orphan's parent is init after its own has ended", () => {
  const user = users[0];
  assert.ok(user);
  const { out } = sandbox(user, "up", `${root}/sandboxes/orphan.yaml`);
  assert.match(out, /before: my parent is 2\n/);
  assert.match(out, /after: my parent is 1\n/);
});

test.run();
