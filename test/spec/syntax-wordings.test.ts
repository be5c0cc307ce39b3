/** The help for each mistake of the YAML: following it makes the YAML right. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readSpec } from "../../src/spec/read.ts";

const test = suite("syntax wordings");

/** YAML, and a part of the help that is for this mistake alone; the corrected YAML. */
const HELPED: readonly [text: string, help: string, right: string][] = [
  ["a: 'it's'\n", "twice, as in 'it''s'", "a: 'it''s'\n"],
  ['a: "b "c" d"\n', 'as \\"', 'a: "b \\"c\\" d"\n'],
  ["a: {b: c,, d: e}\n", "remove it", "a: {b: c, d: e}\n"],
  ["a: [,b]\n", "remove it", "a: [b]\n"],
  ["a: {b: c}}\n", "remove it", "a: {b: c}\n"],
  ["run: - sleep\n", "on a line of its own below the key", "run:\n  - sleep\n"],
  ["%FOO bar\n---\na: 1\n", "remove the line", "---\na: 1\n"],
  ["a: &x b\n*x : c\n", "write the name itself", "a: &x b\nb: c\n"],
  ["- a\nb: c\n", "a part of the item before", "- a\n- b: c\n"],
  ["a: >x\n  b\n", "begin the text in the next line", "a: >\n  x\n  b\n"],
  ["a: *\n", "the text in quotes", 'a: "*"\n'],
  ["a: 1\n---\n", "remove the line", "a: 1\n"],
];

for (const [text, help, right] of HELPED) {
  test(`${JSON.stringify(text)}: ${help}`, () => {
    const { diagnostics } = readSpec("spec.yaml", text);
    assert.is(diagnostics.length, 1);
    assert.ok(diagnostics[0]?.help.includes(help), diagnostics[0]?.help);
    assert.equal(readSpec("spec.yaml", right).diagnostics, []);
  });
}

test.run();
