/** Names of nodes, and the ones that others are made to. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isNodeName, NODE_NAME_LENGTH_MAX, nodeNameLike } from "../../src/base/node-name.ts";

const test = suite("node name");

const LIKE: readonly [text: string, name: string | null][] = [
  ["my.service", "my-service"],
  ["_process2", "process2"],
  ["a b/c", "a-b-c"],
  ["web@1", "web-1"],
  ["x".repeat(NODE_NAME_LENGTH_MAX + 1), "x".repeat(NODE_NAME_LENGTH_MAX)],
  ["...", null],
  ["", null],
  ["é", null],
];

for (const [text, name] of LIKE) {
  test(`"${text}" becomes ${name}`, () => {
    assert.not.ok(isNodeName(text));
    assert.is(nodeNameLike(text), name);
    if (name !== null) assert.ok(isNodeName(name));
  });
}

test("what is a name stays as it is", () => {
  for (const text of ["web", "a_b-c", "1", "x".repeat(NODE_NAME_LENGTH_MAX)]) {
    assert.ok(isNodeName(text));
    assert.is(nodeNameLike(text), text);
  }
});

test.run();
