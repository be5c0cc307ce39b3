/** Sizes of specs. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sizeBytes } from "../../src/base/size.ts";

const test = suite("size");

const READ: readonly (readonly [string, number | null])[] = [
  ["0", 0],
  ["512", 512],
  ["64K", 65_536],
  ["256M", 268_435_456],
  ["1G", 1_073_741_824],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ["9007199254740992", null],
  ["8388608G", null],
  ["1T", null],
  ["1k", null],
  ["1.5G", null],
  ["-1", null],
  ["", null],
];

for (const [text, bytes] of READ) {
  test(`"${text}" is ${bytes}`, () => {
    assert.is(sizeBytes(text), bytes);
  });
}

test.run();
