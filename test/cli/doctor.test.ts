/** What the host can do, and whether the sandboxes of a spec can be had on it. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshMark, root, sandbox, scratch, users, writeSpec } from "../sandbox.ts";

const test = suite("doctor");

interface Doctor {
  readonly findings: readonly { feature: string; ok: boolean; detail: string }[];
}

for (const user of users) {
  test(`says that a spec can be had here, as ${user.name}`, () => {
    const ran = sandbox(user, "doctor", "--json", `${root}/sandboxes/russian-doll.yaml`);
    const { findings } = JSON.parse(ran.out) as Doctor;
    const last = findings.at(-1);
    assert.is(ran.code, 0, ran.out);
    assert.is(last?.feature, '"russian-doll"');
    assert.match(last?.detail ?? "", "sandboxes 3, processes with inits 7");
  });

  test(`says what of a spec cannot be had, and starts none of its programs, as ${user.name}`, () => {
    const mark = `${scratch}/${freshMark()}`;
    const spec = writeSpec(
      "cannot",
      `sandbox: cannot
root: host-rw
processes:
  there: {shell: "touch ${mark}", stdout: {file: ${mark}}}
  lost: {run: sleep 1, cwd: /nowhere}
sandboxes:
  inner: {init: own, processes: {own: sleep 1, greedy: {run: sleep 1, limits: {nofile: 99999999}}}}
`,
    );
    const ran = sandbox(user, "doctor", spec);
    assert.is(ran.code, 3, ran.out);
    assert.match(
      ran.out,
      /^no {2}"cannot" +process "lost" could not be started: .*ENOENT.*; name/m,
    );
    assert.match(
      ran.out,
      /^no {2}"cannot" +process "inner\/greedy" asks for nofile 99999999, and/m,
    );
    assert.is(ran.out.match(/^no /gm)?.length, 2);
    assert.is(fs.existsSync(mark), false);
  });
}

test("a spec with a mistake is told like everywhere", () => {
  const [user] = users;
  assert.ok(user);
  const ran = sandbox(
    user,
    "doctor",
    writeSpec("mistake", "sandbox: a\nprocesses: {a: {rum: b}}\n"),
  );
  assert.is(ran.code, 2);
  assert.match(ran.err, "SBX2001");
});

test.run();
