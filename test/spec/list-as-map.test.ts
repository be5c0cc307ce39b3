/** Lists as other tools write them, as the map that a spec wants. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bareNames, conditionOf, mapText } from "../../src/spec/list-as-map.ts";
import type { ListNode, Node } from "../../src/spec/node.ts";
import { readSpec } from "../../src/spec/read.ts";

const test = suite("list as map");

const read = (text: string) => readSpec("spec.yaml", text).root as Node;
const list = (text: string) => read(text) as ListNode;

const LISTS: readonly [list: string, fallback: string | null, map: string | null][] = [
  ["[A=b, C=d]", null, "{A: b, C: d}"],
  ['["A: b"]', null, "{A: b}"],
  ["[A]", null, null],
  ["[a, b]", "started", "{a: started, b: started}"],
  ["[{a: b}]", null, "{a: b}"],
  ["[{name: a, value: b}]", null, "{a: b}"],
  ["[{name: a, run: pwd}]", null, "{a: …}"],
  ["[{a: b, c: d}]", null, null],
  ["[{name: a, condition: service_started}]", null, "{a: started}"],
  ["[{a: {condition: service_healthy}}]", null, "{a: ready}"],
  [
    `[${"A=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, ".repeat(1)}B=${"c".repeat(40)}]`,
    null,
    `{A: ${"b".repeat(32)}, …}`,
  ],
  ["[]", null, null],
];

for (const [text, fallback, map] of LISTS) {
  test(`${text} is ${map}`, () => {
    assert.is(mapText(list(text), fallback), map);
  });
}

test("names without a value, and conditions as one word", () => {
  assert.equal(bareNames(list("[A, B=c, 'd e', F]")), ["A", "F"]);
  assert.is(conditionOf(read("{condition: service_started}")), "started");
  assert.is(conditionOf(read("{condition: own}")), "own");
  assert.is(conditionOf(read("{a: b}")), null);
});

test.run();
