/** Why PIDs cannot be chosen is said by what is in force, and by nothing that is not. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startOrderText } from "../../src/engine/start-order.ts";

const test = suite("start order");

const said = (given: { isProcSubset?: true; hasFilter?: true }) =>
  startOrderText({
    isProcSubset: false,
    hasFilter: false,
    isProcCovered: false,
    has: () => false,
    ...given,
  });

test("one cause is named: /proc, a filter, or else the kernel", () => {
  assert.match(said({ isProcSubset: true, hasFilter: true }), "subset=pid");
  assert.match(said({ hasFilter: true }), "seccomp");
  assert.match(said({}), "kernel from 5.5 on");
  assert.not.match(said({ isProcSubset: true }), /clone3|5\.5/);
  assert.not.match(said({}), "seccomp");
});

test.run();
