/** The type-checker: each code by its page, exact places, and no throw on any input. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import type { CodePage } from "../../src/diag/code-page.ts";
import { type Code, codes } from "../../src/diag/codes.ts";
import { humanText } from "../../src/diag/human.ts";
import type { Given } from "../../src/spec/params.ts";

const test = suite("check");

const check = (text: string, files: CodePage["files"] = {}, given: Given = {}) =>
  checkSpec(
    { file: "spec.yaml", text },
    { load: (path) => files[path] ?? (path.startsWith("/") ? OUTSIDE : null), given },
  );
const OUTSIDE = { kind: "outside", why: "" } as const;
const codesOf = (text: string, files: CodePage["files"] = {}) =>
  check(text, files).diagnostics.map(({ code }) => code);

const counted =
  'sandbox: x\nparams: {count: {type: integer, max: 9, default: 1}}\nprocesses: {a: {run: pwd, replicas: "${count}"}}\n';

/** Mistakes that take a program to make. */
const made: Partial<Record<Code, string>> = {
  SBX1004: `sandbox: x\nprocesses: {a: pwd}\nx-0: &a0 [a]\n${tower(30)}\n`,
  SBX1005: "[".repeat(5_000),
  SBX1006: `#${"x".repeat(17 * 1024 * 1024)}`,
  SBX1008: `sandbox: x\ndescription: "a \u202e b"\nprocesses: {a: 'true'}\n`,
  SBX2110: counted,
  SBX2114: counted,
  SBX2310: "sandbox: x\nsandboxes: {a: {replicas: 10000, nest: 32, processes: {p: 'true'}}}\n",
  SBX2315: `sandbox: x\nprocesses: {a: {run: [echo, ${"x".repeat(131_072)}]}}\n`,
  SBX2316: `sandbox: x\nprocesses: {a: {run: pwd, cwd: /${"x".repeat(4_096)}}}\n`,
  SBX2318: `sandbox: x\nprocesses: {a: {run: [echo${`, ${"x".repeat(100_000)}`.repeat(70)}]}}\n`,
  SBX2407: nestedUsers(34),
  SBX2409: `sandbox: x\nnamespaces: {user: new}\nuser: {map: [${Array.from({ length: 341 }, (_, id) => `{inside: ${id}, outside: ${id}}`).join(", ")}]}\nprocesses: {a: pwd}\n`,
};

/** Each list has the one before twice. */
function tower(levels: number): string {
  const level = (index: number) => `x-${index}: &a${index} [*a${index - 1}, *a${index - 1}]`;
  return Array.from({ length: levels }, (_, index) => level(index + 1)).join("\n");
}

function nestedUsers(depth: number): string {
  const open = "sandboxes: {a: {namespaces: {user: new, pid: inherit}, ".repeat(depth);
  return `sandbox: x\n${open}processes: {p: 'true'}${"}}".repeat(depth)}\n`;
}

/** Mistakes of the values that a run gives. */
const given: Partial<Record<Code, Given>> = {
  SBX2110: { cuont: "2" },
  SBX2114: { count: "10" },
};

/** With this in the environment the expected texts are written, to be read before a commit. */
const UPDATES = process.env["SANDBOX_UPDATE_FIXTURES"] === "1";
const FIXTURES = join(import.meta.dir, "fixtures");

for (const [code, page] of Object.entries<CodePage>(codes)) {
  const wrong = page.wrong || made[code as Code];
  if (wrong !== undefined) {
    test(`${code} ${page.name}: the wrong example has this mistake and no other, as written`, () => {
      const { diagnostics, sources } = check(wrong, page.files, given[code as Code]);
      assert.equal([...new Set(diagnostics.map((each) => each.code))], [code]);
      const text = humanText(diagnostics, sources, { colour: false, columns: null });
      const path = join(FIXTURES, `${code}-${page.name}.txt`);
      if (UPDATES) fs.writeFileSync(path, text);
      assert.is(text, fs.readFileSync(path, "utf8"));
    });
  }
  if (page.right !== "") {
    test(`${code} ${page.name}: the right example has none`, () => {
      assert.equal(codesOf(page.right, page.files), []);
    });
  }
}

test("every code of a spec has a fixture, and every fixture a code", () => {
  const wanted = Object.entries<CodePage>(codes)
    .filter(([code]) => /^SBX[12]/.test(code))
    .map(([code, { name }]) => `${code}-${name}.txt`);
  assert.equal(fs.readdirSync(FIXTURES).toSorted(), wanted.toSorted());
});

test("an alias tower of 2^30 nodes is refused without building it", () => {
  const bomb = Array.from(
    { length: 30 },
    (_, n) => `x-${n}: &a${n} [${n > 0 ? `*a${n - 1}, *a${n - 1}` : "1"}]`,
  );
  assert.ok(codesOf(`sandbox: x\n${bomb.join("\n")}\n`).includes("SBX1004"));
});

test("a frame has the exact place and a suggestion", () => {
  const text =
    "sandbox: web\nprocesses:\n  db: sleep 1\n  worker:\n    run: sleep 1\n    depends_on: [dbb]\n";
  const { diagnostics } = check(text);
  assert.is(
    humanText(diagnostics, new Map([["spec.yaml", text]]), { colour: false, columns: null }),
    `error[SBX2103]: process "worker" depends on "dbb", which does not exist
 --> spec.yaml:6:18
  |
6 |     depends_on: [dbb]
  |                  ^^^ did you mean "db"?
  |
  = help: names are looked up in this sandbox first; use a path such as outer/db for another one
`,
  );
});

test("all mistakes come in one run, in the order of their places", () => {
  const each = check(`sandbox: x
hostnam: h
processes:
  a: {run: sleep 1, shell: b}
  b: {run: sleep 1, timeout: 5 s, depends_on: [c], stop: {signal: FOO}}
`).diagnostics;
  assert.equal(
    each.map(({ code }) => code),
    ["SBX2001", "SBX2005", "SBX2301", "SBX2103", "SBX2302"],
  );
});

/** Commands of a process that cannot be one, and the finding about that. */
const NO_COMMANDS: readonly [command: string, code: string][] = [
  ['shell: "echo ${HOME}"', "SBX2309"],
  ['run: "echo \'a"', "SBX2007"],
  ['run: ""', "SBX2006"],
  ['shell: ""', "SBX2006"],
  ["run: 5", "SBX2002"],
  ["run: [echo, 5]", "SBX2002"],
  ["description: none", "SBX2005"],
];

for (const [command, code] of NO_COMMANDS) {
  test(`${command} hides no other mistake of its process`, () => {
    const all = codesOf(`sandbox: x
processes:
  a: {${command}, pid: 1, timeout: 5 s, stop: {signal: FOO}, limits: {nofil: 1}, env: {"=": a}, depends_on: [bb], expect: {exit: 1, signal: TERM}}
`);
    const others = ["SBX2103", "SBX2202", "SBX2301", "SBX2302", "SBX2303", "SBX2307", "SBX2503"];
    assert.equal(all.toSorted(), [code, ...others].toSorted());
  });
}

test("a wrong name hides no mistake of its process or sandbox", () => {
  for (const name of ["my.app", "init", "host", "_a", "x".repeat(70)]) {
    assert.equal(
      codesOf(
        `sandbox: x\nprocesses: {${name}: {run: pwd, timeout: 5 s, depends_on: [bb]}}\n`,
      ).slice(1),
      ["SBX2301", "SBX2103"],
      name,
    );
    const inner = `{processes: {a: {run: "", stop: {signal: FOO}}}}`;
    const codes = codesOf(`sandbox: x\nsandboxes: {${name}: ${inner}}\n`).slice(1);
    assert.equal(codes, ["SBX2006", "SBX2302"], name);
  }
});

test("a pin that an alias repeats is told at the second process, and a pin of its own corrects it", () => {
  const text = "sandbox: x\nprocesses:\n  a: &p {run: pwd, pid: 7}\n  b: *p\n";
  const [first, ...others] = check(text).diagnostics;
  assert.equal(others, []);
  assert.is(first?.message, 'PID 7 in "x" is pinned to both "a" and "b"');
  assert.is(first?.span.start, text.indexOf("b: *p"));
  assert.equal(codesOf(text.replace("*p", "{<<: *p, pid: 8}")), []);
});

test("x- keys are allowed in every map, and anchors and merge keys work", () => {
  assert.equal(
    codesOf(`sandbox: x
x-base: &base {timeout: 5s, env: {A: b}}
processes:
  a: {<<: *base, run: sleep 1, x-note: mine}
`),
    [],
  );
});

test("prototype names are ordinary names", () => {
  const { ir } = check("sandbox: x\nprocesses: {constructor: sleep 1, toString: sleep 1}\n");
  assert.equal(
    ir?.processes.map(({ name }) => name),
    ["constructor", "toString"],
  );
  assert.equal(codesOf("sandbox: x\nprocesses: {__proto__: sleep 1}\n"), ["SBX2008"]);
});

test("control characters of a spec are escaped in what is printed", () => {
  const text = 'sandbox: x\nprocesses: {"a\\e]0;b\\a\\u202e": sleep 1}\n';
  const printed = humanText(check(text).diagnostics, new Map([["spec.yaml", text]]), {
    colour: false,
    columns: null,
  });
  assert.not.match(printed, /[\u0007\u001b\u202e]/);
});

test.run();
