/** Unknown fields: the word of another tool leads on, and following what is said is right. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { FOREIGN_WORDS } from "../../src/spec/foreign-words.ts";

const test = suite("unknown field");

const diagnostics = (text: string) => checkSpec({ file: "spec.yaml", text }).diagnostics;

/** A foreign field with its value, in a process that lacks a command, and what it is to become. */
const SAME: readonly [written: string, right: string][] = [
  ["command: pwd", "run: pwd"],
  ["entrypoint: [ls, -l]", "run: [ls, -l]"],
  ["ExecStart: pwd", "run: pwd"],
  ["run: pwd, environment: {A: b}", "run: pwd, env: {A: b}"],
  ["run: pwd, enviroment: {A: b}", "run: pwd, env: {A: b}"],
  ["run: pwd, working_dir: /", "run: pwd, cwd: /"],
  ["run: pwd, workingDir: /", "run: pwd, cwd: /"],
  ["run: pwd, chdir: /", "run: pwd, cwd: /"],
  ["run: pwd, scale: 2", "run: pwd, replicas: 2"],
  ["run: pwd, OOMScoreAdjust: 5", "run: pwd, oom_score_adj: 5"],
  ["run: pwd, expect: {exit_code: 0}", "run: pwd, expect: {exit: 0}"],
  ["run: pwd, stop: {timeout: 5s}", "run: pwd, stop: {grace: 5s}"],
];

for (const [written, right] of SAME) {
  test(`${written}: did you mean ${right}?`, () => {
    const text = (fields: string) => `sandbox: x\nprocesses: {a: {${fields}}}\n`;
    const [first, ...others] = diagnostics(text(written));
    assert.is(first?.code, "SBX2001");
    assert.equal(others, []);
    const meant = /did you mean "(.*)"\?/.exec(first?.label ?? "")?.[1] ?? "";
    const { start = 0, end = 0 } = first?.span ?? {};
    const all = text(written);
    assert.is(all.slice(0, start) + meant + all.slice(end), text(right));
    assert.equal(diagnostics(text(right)), []);
  });
}

/** Foreign fields of a process whose value is written otherwise, each with a part of its help. */
const OTHER: readonly [written: string, help: string][] = [
  ["environment: [A=b]", "write `env: {A: b}`"],
  ["environment: [A]", "write `env: {NAME: value}`"],
  ["logging: {driver: journald, options: {tag: x}}", "write `stdout: {file: PATH}`"],
  ["init: true", "each sandbox has an init"],
  ["stop_signal: INT", "write `stop: {signal: INT}`"],
  ["stop_grace_period: 10s", "write `stop: {grace: 10s}`"],
  ["image: nginx", "there are no images"],
  ["container_name: c", "its name is its key"],
  ["network_mode: none", "write `namespaces: {net: new}` in a sandbox"],
  ["healthcheck: {test: pwd}", "`ready` is to be the field for that, but is not built yet"],
  ["volumes: [a:/b]", "`mounts` is to be the field for that, but is not built yet"],
  ["ports: ['80:80']", "`net` is to be the field for that, but is not built yet"],
  ["hostname: h", "put it into a sandbox"],
  ["LimitNOFILE: 5", "write `limits: {nofile: 1024}`"],
];

for (const [written, help] of OTHER) {
  test(`${written}: ${help}`, () => {
    const [first, ...others] = diagnostics(`sandbox: x\nprocesses: {a: {run: pwd, ${written}}}\n`);
    assert.is(first?.code, "SBX2001");
    assert.ok(first?.help.includes(help), first?.help);
    assert.not.match(first?.label ?? "", "did you mean");
    assert.equal(others, []);
  });
}

test("a command that stands outside of a process is said to belong into one", () => {
  const [first, ...others] = diagnostics("sandbox: x\ncommand: pwd\nprocesses: {a: pwd}\n");
  assert.match(first?.help ?? "", /^write `run` in a process/);
  assert.equal(others, []);
});

test("in a map by another name the words are those of the field that was meant", () => {
  const text = "sandbox: x\nprocesses: {a: {run: pwd, shutdown: {timeout_seconds: 5}}}\n";
  assert.equal(
    diagnostics(text).map(({ help }) => help),
    ["write `stop: {signal: TERM, grace: 10s}`", "write `grace`: a number and a unit, such as 10s"],
  );
});

test("`name` and `services` beside each other are two slips, not more", () => {
  const all = diagnostics("name: x\nprocesses: {a: pwd}\n");
  assert.equal(
    all.map(({ label }) => label),
    ['did you mean "sandbox"?'],
  );
  const half = diagnostics("sandbox: x\nservices: {a: {command: pwd}}\n");
  assert.equal(
    half.map(({ label }) => label),
    ['did you mean "processes"?', 'did you mean "run"?'],
  );
});

test("every word of the table is one finding, with what to do", () => {
  const values = (field: string | null) =>
    ["1", "x", "[x]", "true", "''"].filter((value) => field !== null || value === "x");
  for (const { word, within, field } of FOREIGN_WORDS) {
    if (within !== "process") continue;
    for (const value of values(field)) {
      const text = `sandbox: x\nprocesses: {a: {run: pwd, ${word}: ${value}}}\n`;
      const own = diagnostics(text).filter(({ code }) => code === "SBX2001");
      const other = diagnostics(text).filter(({ code }) => code === "SBX2005");
      assert.is(own.length, 1, text);
      assert.ok(own[0]?.help !== "", text);
      assert.equal(other, [], text);
    }
  }
});

test.run();
