/** What `sandbox up` says at the end: why processes failed or never started, once for each cause. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { UP_FORMATS } from "../../src/cli/render.ts";
import { TEXTS } from "../../src/cli/up-options.ts";
import { sandbox, type User, users, writeSpec } from "../sandbox.ts";

const test = suite("up-reports");
const user = users[0] as User;

test("what waits for something that can no longer come is told, unless its cause is", () => {
  const spec = writeSpec(
    "unmet",
    `sandbox: unmet
processes:
  late: {run: echo late, depends_on: {in/server: succeeded}}
  later: {run: echo later, depends_on: [late]}
  broken: {run: "false", essential: false}
  waits: {run: echo waits, depends_on: {broken: succeeded}}
sandboxes:
  in:
    until: quick
    processes: {quick: "true", server: sleep 100}
`,
  );
  for (const who of users) {
    const ran = sandbox(who, "up", spec);
    assert.is(ran.code, 1, ran.err);
    assert.is(ran.err.match(/^error/gm)?.length, 2, ran.err);
    assert.match(
      ran.err,
      /error\[SBX4010\]: process "late" never started: it waits for "in\/server" to succeed, which was stopped\n.*unmet.yaml:3:3\n/,
    );
    assert.match(ran.err, /error\[SBX4004\]: process "broken" ended with code 1/);
  }
});

test("an essential process that can no longer start ends the run", () => {
  const text = `sandbox: unmet
processes:
  other: sleep 100
  late: {run: echo late, essential: true, depends_on: {in/server: exited}}
sandboxes:
  in: {until: quick, processes: {quick: "true", server: {run: pwd, depends_on: {other: exited}}}}
`;
  const ran = sandbox(user, "up", "--json", writeSpec("essential", text));
  assert.is(ran.code, 1, ran.err);
  assert.match(
    ran.err,
    /"late" never started: it waits for "in\/server" to exit, which never started/,
  );
});

test("copies that fail alike are told of once", () => {
  const text = "sandbox: copies\nprocesses: {a: {run: 'false', replicas: 40}, b: 'false'}\n";
  const ran = sandbox(user, "up", writeSpec("copies", text));
  assert.is(ran.code, 1);
  assert.is(ran.err.match(/^error/gm)?.length, 2, ran.err);
  assert.match(
    ran.err,
    /"a\.1" ended with code 1\n(.*\n){4,5} += note: the same holds for 39 more copies/,
  );
});

const phasesOf = (lines: string) =>
  lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).phase);

for (const format of UP_FORMATS) {
  const isText = TEXTS.has(format);
  test(`--format ${format}: ${isText ? "two reports, and output between" : "one document, and output beside it"}`, () => {
    const spec = writeSpec(
      "shown",
      `sandbox: shown\nprocesses: {a: {shell: "echo said; sleep 0.2"}}\n`,
    );
    const trace = format === "timeline" ? ["--trace"] : [];
    const ran = sandbox(user, "up", "--format", format, ...trace, spec);
    assert.is(ran.code, 0, ran.err);
    const said = /^a +\| said$/m;
    assert.is(said.test(ran.out), isText, ran.out);
    assert.is(said.test(ran.err), !isText, ran.err);
    if (format === "json") assert.equal(phasesOf(ran.out), ["ended"]);
    if (format === "jsonl") assert.equal(phasesOf(ran.out), ["started", "ended"]);
    if (format === "csv") assert.is(ran.out.match(/^path,/gm)?.length, 1);
    if (format === "html") assert.is(ran.out.match(/<!doctype/gi)?.length, 1);
    if (format === "svg") assert.is(ran.out.match(/<svg /g)?.length, 1);
    if (format === "dot") assert.is(ran.out.match(/^digraph /gm)?.length, 1);
    if (format === "mermaid") assert.is(ran.out.match(/^flowchart /gm)?.length, 1);
  });
}

test("what is no terminal gets each row in full", async () => {
  const text = "sandbox: many\nprocesses: {w: {run: [sleep, '0.8'], replicas: 60}}\n";
  const ran = sandbox(user, "up", writeSpec("whole", text));
  assert.is(ran.code, 0, ran.err);
  for (const n of [1, 30, 59]) assert.is(ran.out.match(new RegExp(`^w\\.${n} `, "gm"))?.length, 2);
  assert.not.match(ran.out, /…/);
});

test.run();
