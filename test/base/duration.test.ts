/** Durations of specs, read and written. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { durationMs, durationText } from "../../src/base/duration.ts";

const test = suite("duration");

const READ: readonly (readonly [string, number | null])[] = [
  ["250ms", 250],
  ["5s", 5_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["0.4ms", 0],
  ["0.5ms", 1],
  ["4294967295ms", 4_294_967_295],
  ["4294967296ms", null],
  ["1193h", 4_294_800_000],
  ["", null],
  ["5", null],
  ["5 s", null],
  ["-5s", null],
  ["5sx", null],
  ["s", null],
];

for (const [text, ms] of READ) {
  test(`"${text}" is ${ms}`, () => {
    assert.is(durationMs(text), ms);
  });
}

test("a duration is written with the largest unit that needs no fraction", () => {
  assert.is(durationText(0), "0ms");
  assert.is(durationText(250), "250ms");
  assert.is(durationText(90_000), "90s");
  assert.is(durationText(120_000), "2m");
  assert.is(durationText(3_600_000), "1h");
});

test("what is written is read as the same", () => {
  for (const ms of [1, 999, 1_000, 61_000, 3_599_999, 7_200_000]) {
    assert.is(durationMs(durationText(ms)), ms);
  }
});

test.run();
