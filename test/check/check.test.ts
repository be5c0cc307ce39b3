/** The type-checker: each code by its page, exact places, and no throw on any input. */

import * as fs from "node:fs";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { type CodePage, codes } from "../../src/diag/codes.ts";
import { humanText } from "../../src/diag/human.ts";

const test = suite("check");

const check = (text: string) => checkSpec({ file: "spec.yaml", text });
const codesOf = (text: string) => check(text).diagnostics.map(({ code }) => code);

for (const [code, page] of Object.entries<CodePage>(codes)) {
  if (page.wrong !== "") {
    test(`${code} ${page.name}: the wrong example has this mistake and no other`, () => {
      assert.equal(codesOf(page.wrong), [code]);
    });
  }
  if (page.right !== "") {
    test(`${code} ${page.name}: the right example has none`, () => {
      assert.equal(codesOf(page.right), []);
    });
  }
}

test("codes of stages 1 and 2 without an example are found too", () => {
  assert.equal(codesOf("[".repeat(5_000)), ["SBX1005"]);
  assert.equal(codesOf("- ".repeat(5_000)), ["SBX1005"]);
  assert.equal(codesOf(`#${"x".repeat(17 * 1024 * 1024)}`), ["SBX1006"]);
  assert.ok(codesOf("a: &a [*a]\nsandbox: x").includes("SBX1004"));
  const bomb = Array.from(
    { length: 30 },
    (_, n) => `x-${n}: &a${n} [${n > 0 ? `*a${n - 1}, *a${n - 1}` : "1"}]`,
  );
  assert.ok(codesOf(`sandbox: x\n${bomb.join("\n")}\n`).includes("SBX1004"));
  const users = `sandbox: x\nsandboxes: {a: {nest: 34, namespaces: {user: new, pid: inherit}, processes: {p: 'true'}}}`;
  assert.ok(codesOf(users).length > 0);
});

test("a frame has the exact place and a suggestion", () => {
  const text =
    "sandbox: web\nprocesses:\n  db: sleep 1\n  worker:\n    run: sleep 1\n    depends_on: [dbb]\n";
  const { diagnostics } = check(text);
  assert.is(
    humanText(diagnostics, new Map([["spec.yaml", text]]), { colour: false }),
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
  const found = check(`sandbox: x
hostnam: h
processes:
  a: {run: sleep 1, shell: b}
  b: {run: sleep 1, timeout: 5 s, depends_on: [c], stop: {signal: FOO}}
`).diagnostics;
  assert.equal(
    found.map(({ code }) => code),
    ["SBX2001", "SBX2005", "SBX2301", "SBX2103", "SBX2302"],
  );
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
  });
  assert.not.match(printed, /[\u0007\u001b\u202e]/);
});

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test("500 mutated specs give diagnostics or an IR, and never a throw", () => {
  const seeds = [...new Glob("sandboxes/*.yaml").scanSync(".")].map((file) =>
    fs.readFileSync(file, "utf8"),
  );
  const next = random(20261123);
  const pick = (count: number) => Math.floor(next() * count);
  const scraps = [
    "{",
    "}",
    "[",
    ": ",
    "- ",
    "&a ",
    "*a",
    "\0",
    "5",
    "null",
    "pid: 1",
    "nest: 99",
    "\t",
    "${x}",
    "é",
    "'",
  ];
  for (let round = 0; round < 500; round++) {
    let text = seeds[pick(seeds.length)] ?? "";
    for (let edits = 1 + pick(4); edits > 0; edits--) {
      const at = pick(text.length);
      text = text.slice(0, at) + (scraps[pick(scraps.length)] ?? "") + text.slice(at + pick(6));
    }
    const { diagnostics, ir } = check(text);
    assert.is(
      ir === null,
      diagnostics.some(({ severity }) => severity === "error"),
      text,
    );
    for (const { span } of diagnostics)
      assert.ok(span.start <= span.end && span.end <= text.length + 1, text);
  }
});

test.run();
