/** Shortened paths keep their beginning and end. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { shortPath } from "../../src/base/short-path.ts";

const test = suite("short-path");

test("a path that fits stays whole", () => {
  assert.is(shortPath("outer/inner/web", 15), "outer/inner/web");
});

test("a longer one loses its middle, and never its last name", () => {
  assert.is(shortPath("a/b/c/d/e", 8), "a/…/d/e");
  assert.is(shortPath("doll.1/doll.2/doll.3/sleeper", 20), "doll.1/…/sleeper");
});

test("no result is wider than asked for", () => {
  for (let width = 3; width < 30; width++) {
    assert.ok(shortPath("a-long-name/another-long-name/the-last-name", width).length <= width);
  }
});

test.run();
