/** Splitting a command into words, against the shell's own opinion. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wordsOf } from "../../src/base/words.ts";
import { generator } from "../random.ts";

const test = suite("words");

/** What sh makes of `text` where nothing in it is expanded; null: it refuses it. */
function shellWords(text: string): string[] | null {
  const ran = Bun.spawnSync(["sh", "-fc", `printf '%s\\0' x ${text}`]);
  if (ran.exitCode !== 0) return null;
  return ran.stdout.toString().split("\0").slice(1, -1);
}

for (const text of [
  "sleep 60",
  "  a   b  ",
  "'a b' c",
  '"a b" c',
  `a"b"'c'd`,
  `"" ''`,
  "a\\ b",
  `"a\\"b" "a\\\\b" "a\\nb" "a\\'b"`,
  "'a\\b'",
  `'"' "'"`,
  "echo one \\\n  two \\\n  three\n",
  'echo "a\\\nb" a\\\nb',
  "'a\\\nb'",
  "",
]) {
  test(`${JSON.stringify(text)} has the shell's words`, () => {
    assert.equal(wordsOf(text), shellWords(text));
  });
}

test("a quote that is not closed gives no words", () => {
  for (const text of ["'", '"a', "a 'b", `"a\\"`]) assert.is(wordsOf(text), null, text);
});

test("random texts have the shell's words", () => {
  const random = generator(20_261_126);
  for (let round = 0; round < 60; round++) {
    const text = Array.from({ length: 12 }, () => ` ab"'\\`[Math.floor(random() * 6)]).join("");
    // A backslash at the end is the shell's line continuation.
    if (text.endsWith("\\") || wordsOf(text) === null) continue;
    assert.equal(wordsOf(text), shellWords(text), JSON.stringify(text));
  }
});

test.run();
