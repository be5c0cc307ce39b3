/** What "did you mean" puts instead of a word. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { correctionOf } from "../../src/editor/correction.ts";

const test = suite("correction");

for (const [message, written, made] of [
  ['no process "dbb"\ndid you mean "db"?', "dbb", "db"],
  ["unknown field\nhelp: did you mean `run`?", "rnu", "run"],
  ['did you mean "db"?', '"dbb"', '"db"'],
  ['did you mean "db"?', "'dbb'", "'db'"],
  ["help: write text here", "x", null],
  ['did you mean ""?', "x", null],
] as const) {
  test(`${JSON.stringify(message)} instead of ${written}: ${made}`, () => {
    assert.is(correctionOf(message, written), made);
  });
}

test.run();
