/** Mistakes of the YAML: in plain words, at what is to be corrected, once each. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readSpec } from "../../src/spec/read.ts";

const test = suite("syntax");

/** More lines, each of which a parser that has lost its way would complain of. */
const MORE = Array.from({ length: 20 }, (_, i) => `q${i}: {run: pwd}\n`).join("");

/** YAML, the only message that it gives, and the text that this one is about. */
const WRONG: readonly [text: string, message: string, at: string][] = [
  ["a: {b: c\n", "a `{` is not closed", "{"],
  ["a: {b: [1, {c: 2}\nd: 4\n", "a `[` is not closed", "["],
  ['a: "x\n', 'a `"` is not closed', '"'],
  ['a: {run: pwd, b: "x\n', 'a `"` is not closed', '"'],
  ["a: b: c\n", "a second `: ` in one line", "b"],
  ["a:\n b: 1\n  c: 2\n", "this value goes on in the next line, which is a field of its own", "1"],
  ["a:\n  b: 1\n c: 2\n", "this line is not indented like those that it belongs to", " "],
  ["a: 1\nb\n", "no `:` after this key", "b"],
  ["a: {b: 1 c: 2}\n", "no comma between two fields", "1 c: 2"],
  ["a: ]\n", "unexpected `]`", "]"],
  ['a: "b" c\n', "more text after the end of a value", "c"],
  ["a:\n\tb: c\n", "a tab indents this line", "\t"],
  ["? [a]\n: b\n", "a key is no text", "["],
  ["a: !foo b\n", "unresolved tag: !foo", "!foo"],
  ["a: !!binary aGk=\n", "tag `tag:yaml.org,2002:binary` is not of YAML's core schema", "aGk="],
  [`a: {shell: ls [b], c: {d: 0}}\n${MORE}`, "more text after the end of a value", "["],
  [`a: {shell: if [ -f x ]; then y; fi}\n${MORE}`, "more text after the end of a value", "["],
  [`a: {shell: echo {b}, c: 1}\n${MORE}`, "more text after the end of a value", "{"],
  [`a: {run: sleep ${"${s}"}, b: 1}\n${MORE}`, "`${s}` stands here without quotes", "${s}"],
  [`a: {b: c, n: ${"${n - 1}"}}\n${MORE}`, "`${n - 1}` stands here without quotes", "${n - 1}"],
  [`a: [x, ${"${n}"}]\n${MORE}`, "`${n}` stands here without quotes", "${n}"],
  [`a: {b: c}}\n${MORE}`, "unexpected `}`", "}"],
  [`a: {b: c], d: {e: 0}}\n${MORE}`, "a `{` is not closed", "{"],
  [`a: {b: c, d: [e}\n${MORE}`, "a `[` is not closed", "["],
  ["%YAML 1.1\n---\na: yes\n", "a spec is YAML 1.2", "%YAML 1.1"],
];

for (const [text, message, at] of WRONG) {
  test(`${JSON.stringify(text)}: ${message}`, () => {
    const { diagnostics } = readSpec("spec.yaml", text);
    assert.equal(
      diagnostics.map(({ message }) => message),
      [message],
    );
    const { start = 0, end = 0 } = diagnostics[0]?.span ?? {};
    assert.is(text.slice(start, end), at);
  });
}

test("a file with nothing but marks of YAML is an empty one", () => {
  for (const text of ["---\n", "--- # x\n...\n", "# x\n---\n\n"]) {
    const { diagnostics, root } = readSpec("spec.yaml", text);
    assert.equal([diagnostics[0]?.code, diagnostics.length, root], ["SBX1007", 1, null], text);
  }
});

test("mistakes in different lines are all told", () => {
  const { diagnostics } = readSpec("spec.yaml", "a: @x\nb: `y`\nc: 1\n");
  assert.is(diagnostics.length, 2);
});

test("tags of the core schema are taken", () => {
  assert.equal(readSpec("spec.yaml", "a: !!str 5\nb: !!int '7'\nc: !!map {}\n").diagnostics, []);
});

test.run();
