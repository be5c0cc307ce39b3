/** That every colour can be read, whether the terminal's ground is black or white. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BLUE, DISTINCT, GREEN, RED, YELLOW } from "../../src/base/colours.ts";

const test = suite("colours");

/** The steps of a channel in the cube of 6 × 6 × 6 from index 16 on. Source: xterm's 256colres.h. */
const STEPS = [0, 95, 135, 175, 215, 255];

/** Relative luminance. Source: WCAG 2.2. */
function luminance(index: number): number {
  const channels = [36, 6, 1].map((part) => {
    const value = (STEPS[Math.floor((index - 16) / part) % 6] ?? 0) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = channels;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("each has a contrast of 3.4 at least on black and on white, and no two of those to tell apart are one", () => {
  for (const code of [RED, GREEN, YELLOW, BLUE, ...DISTINCT]) {
    const index = Number(/^38;5;(\d+)$/.exec(code)?.[1]);
    assert.ok(index >= 16 && index < 232, code);
    const light = luminance(index);
    assert.ok((light + 0.05) / 0.05 >= 3.4, `${code} on black`);
    assert.ok(1.05 / (light + 0.05) >= 3.4, `${code} on white`);
  }
  assert.is(new Set(DISTINCT).size, DISTINCT.length);
});

test.run();
