/** What belongs to a finding is shown with it: the other pin, the rest of the circle, the first key. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";

const test = suite("related places");

/** The only finding of a spec, as its code, the marked text and each other text with its label. */
function marked(text: string): string {
  const { diagnostics } = checkSpec({ file: "spec.yaml", text });
  assert.is(diagnostics.length, 1, JSON.stringify(diagnostics.map(({ message }) => message)));
  return diagnostics
    .map(({ code, span, related }) =>
      [
        `${code} ${text.slice(span.start, span.end)}`,
        ...related.map(
          (other) => `${text.slice(other.span.start, other.span.end)}: ${other.label}`,
        ),
      ].join("; "),
    )
    .join("\n");
}

test("a circle shows each of its dependencies", () => {
  const text = `sandbox: x
processes:
  a: {run: pwd, depends_on: [b]}
  b: {run: pwd, depends_on: [s/c]}
sandboxes:
  s: {processes: {c: {run: pwd, depends_on: [a]}}}
`;
  assert.is(marked(text), 'SBX2104 a; b: "a" waits; s/c: "b" waits');
});

test("a pin shows the one that has the number, and copies what would tell them apart", () => {
  const two = "sandbox: x\nprocesses: {a: {run: pwd, pid: 7}, b: {run: pwd, pid: 7}}\n";
  assert.is(marked(two), 'SBX2201 7; 7: "a" has it');
  const copies =
    "sandbox: x\nsandboxes: {b: {replicas: 2, processes: {p: {run: pwd, pids: {x: 5}}}}}\n";
  assert.is(marked(copies), "SBX2201 5");
  const [diagnostic] = checkSpec({ file: "spec.yaml", text: copies }).diagnostics;
  assert.match(diagnostic?.help ?? "", "${replica}");
});

test("names of variables are checked in sandboxes as in processes", () => {
  const spec = 'sandbox: x\nenv: {"A=B": c}\nprocesses: {p: pwd}\n';
  assert.is(marked(spec), 'SBX2307 "A=B"');
  const inherited = "sandbox: x\ninherit_env: [A=B]\nprocesses: {p: pwd}\n";
  assert.is(marked(inherited), "SBX2307 A=B");
  const twice = "sandbox: x\nprocesses: {p: {run: pwd, inherit_env: [A, B, A]}}\n";
  assert.is(marked(twice), "SBX2306 A; A: the first time");
  const both = "sandbox: x\nenv: {A: b}\ninherit_env: [A]\nprocesses: {p: pwd}\n";
  assert.is(marked(both), "SBX2306 A; A: set here");
});

test("PID 1 of the host is not to be had by any init", () => {
  const { diagnostics } = checkSpec({
    file: "spec.yaml",
    text: "sandbox: x\nprocesses: {a: {run: pwd, pids: {host: 1}}}\n",
  });
  const diagnostic = diagnostics.find(({ code }) => code === "SBX2202");
  assert.is(diagnostic?.help, "pin another number");
});

test.run();
