/** What the language has names for, and this version cannot do. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";

const test = suite("planned");

const diagnostics = (text: string) => checkSpec({ file: "spec.yaml", text }).diagnostics;

/** Fields and values of the language that this version cannot do, where they may stand. */
const PLANNED: readonly (readonly [text: string, message: RegExp])[] = [
  ...["steps", "claim", "needs", "cases", "mounts", "seccomp", "resources", "net", "sysctl"].map(
    (name) =>
      [`${name}: {}\nprocesses: {a: pwd}`, new RegExp(`^field "${name}" is known`)] as const,
  ),
  ...["ready", "restart", "tty", "actor", "start", "cpus", "scheduler", "capabilities"].map(
    (name) =>
      [`processes: {a: {run: pwd, ${name}: x}}`, new RegExp(`^field "${name}" is`)] as const,
  ),
  ["sandboxes: {in: {mounts: [], processes: {a: pwd}}}", /^field "mounts" is known/],
  ["processes: {a: {run: pwd, expect: {threads: 1}}}", /^field "threads" is known/],
  ["processes: {a: pwd, b: {run: pwd, depends_on: {a: ready}}}", /^"ready" is known/],
  ["user: auto\nprocesses: {a: pwd}", /^"auto" is known/],
  ["root: empty\nprocesses: {a: pwd}", /^"empty" is known/],
  ["root: /srv/tree\nprocesses: {a: pwd}", /^"\/srv\/tree" is known/],
  ["root: {overlay: [a]}\nprocesses: {a: pwd}", /^this way to write "root" is known/],
  [
    "namespaces: {user: new}\nuser: {map: [{inside: 0, outside: 1000, count: 65536}]}\nprocesses: {a: pwd}",
    /^a "count" of 65536 is known/,
  ],
  ["processes: {a: pwd, b: {shell: 'kill ${pid.a}'}}", /^`\$\{pid.a\}` is known/],
  ["processes: {a: pwd, b: {run: [kill, '${pid.in/a@in}']}}", /^`\$\{pid.in\/a@in\}` is known/],
  ["processes: {a: {run: pwd, expect: {pid: same_as b}}}", /^"same_as b" is known/],
  ["processes: {a: {run: pwd, expect: {ppid: {not: b}}}}", /^this way to write "ppid" is known/],
  ["until: steps\nprocesses: {a: pwd}", /^`until: steps` is known/],
  ["namespaces: {net: {join: in}}\nprocesses: {a: pwd}", /^this way to write "net" is known/],
];

for (const [text, message] of PLANNED) {
  test(`${JSON.stringify(text)} is no mistake in writing`, () => {
    const [first, ...others] = diagnostics(`sandbox: x\n${text}\n`);
    assert.is(first?.code, "SBX2012");
    assert.match(first?.message ?? "", message);
    assert.is(first?.label, "");
    assert.equal(others, []);
  });
}

test("a planned field of another place is said to belong there", () => {
  const [first, ...others] = diagnostics("sandbox: x\nprocesses: {a: {run: pwd, steps: []}}\n");
  assert.equal([first?.code, first?.label], ["SBX2001", "this is a field of the spec itself"]);
  assert.equal(others, []);
});

test.run();
