/** Characters that do not show what they do, and blanks that are none to YAML. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { lookAlike, strangeCharacters } from "../../src/spec/strange-characters.ts";

const test = suite("strange characters");

const diagnostics = (text: string) => checkSpec({ file: "spec.yaml", text }).diagnostics;

test("line ends that are none to YAML have to be escapes, as control characters have", () => {
  for (const character of ["\u0085", "\u2028", "\u2029", "\u0007", "\u202e"]) {
    const { diagnostics: own } = strangeCharacters("spec.yaml", `a: b${character}c\n`);
    assert.equal(
      own.map(({ code, span }) => [code, span.start]),
      [["SBX1008", 4]],
    );
    const written = /"(.*)"/.exec(own[0]?.help ?? "")?.[1] ?? "";
    assert.equal(diagnostics(`sandbox: x\ndescription: "b${written}c"\nprocesses: {a: pwd}\n`), []);
  }
});

/** Specs with one blank, written as `~`, that was to be an ordinary one. */
const BLANKS = [
  "sandbox:~x\nprocesses: {a: pwd}\n",
  "~sandbox: x\nprocesses: {a: pwd}\n",
  "sandbox: x\nprocesses:\n  a:~pwd\n",
  "sandbox: x\nprocesses:\n~ a: pwd\n",
  "sandbox: x\nprocesses:\n  a: pwd\n~ b: pwd\n",
  "sandbox: x\nprocesses:\n  a:\n    run:\n      -~pwd\n",
  "sandbox: x\nprocesses:\n  a: {run: pwd,~cwd: /}\n",
  "sandbox: x\nprocesses: {a: sleep~1}\n",
];

for (const text of BLANKS) {
  for (const blank of ["\u00a0", "\u3000", "\u200b"]) {
    test(`${JSON.stringify(text.replace("~", blank))} is one finding, at the blank`, () => {
      const [first, ...others] = diagnostics(text.replace("~", blank));
      assert.equal([first?.code, first?.span.start], ["SBX1008", text.indexOf("~")]);
      assert.equal(others, []);
      assert.equal(diagnostics(text.replace("~", text.startsWith("~") ? "" : " ")), []);
    });
  }
}

/** Specs with one character that was to be another one: at which place, and what is right. */
const LOOK_ALIKES: readonly [written: string, character: string, right: string][] = [
  ["sandbox: x\nprocesses:\n  a\uff1apwd\n", "\uff1a", "sandbox: x\nprocesses:\n  a: pwd\n"],
  [
    "sandbox: x\nprocesses: {a: \u201csleep 1\u201d}\n",
    "\u201c",
    'sandbox: x\nprocesses: {a: "sleep 1"}\n',
  ],
];

for (const [written, character, right] of LOOK_ALIKES) {
  test(`${JSON.stringify(written)} is one finding, at the character`, () => {
    const [first, ...others] = diagnostics(written);
    assert.equal([first?.code, first?.span.start], ["SBX1008", written.indexOf(character)]);
    assert.equal(others, []);
    assert.equal(diagnostics(right), []);
  });
}

test("text may have such blanks: in quotes, in a description, in a word of a quoted command", () => {
  const text = `sandbox: x
description: a\u00a0b
processes: {a: {run: [echo, "\u00a0"]}, b: "echo 'a\u00a0b'", d: echo \u201chi\u201d, c: {shell: "echo a\u00a0b"}}
`;
  assert.equal(diagnostics(text), []);
  assert.is(lookAlike("spec.yaml", 0, "a\u00a0b"), null);
});

test.run();
