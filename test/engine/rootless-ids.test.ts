/** Which ids of a plan an ordinary user cannot have. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { idObstacles } from "../../src/engine/rootless-ids.ts";
import { planOf } from "../../src/plan/plan-of.ts";

const test = suite("rootless-ids");

/** The obstacles for a caller whose uid and gid are 1000. */
function obstaclesOf(body: string): string[] {
  const { ir } = checkSpec({ file: "ids.yaml", text: `sandbox: ids\n${body}\n` });
  assert.ok(ir, body);
  return idObstacles(planOf(ir), { uid: 1000, gid: 1000 }).map(({ message }) =>
    message.replace(", which an ordinary user cannot have", ""),
  );
}

test("the caller's own ids, by whatever number inside, are free", () => {
  assert.equal(obstaclesOf("processes: {a: pwd, b: {run: pwd, user: {uid: 0, gid: 0}}}"), []);
  const map = "{uid: 5, gid: 5, map: [{inside: 5, outside: 1000}]}";
  assert.equal(obstaclesOf(`namespaces: {user: new}\nuser: ${map}\nprocesses: {a: pwd}`), []);
  const inner =
    "{namespaces: {user: new}, user: {map: [{inside: 0, outside: 0}]}, processes: {a: pwd}}";
  assert.equal(obstaclesOf(`sandboxes: {in: ${inner}}`), []);
});

test("another one's ids are not, at whatever level", () => {
  const map = "{map: [{inside: 0, outside: 1001}]}";
  const body = `namespaces: {user: new}\nuser: ${map}\nprocesses: {a: pwd}`;
  assert.equal(obstaclesOf(body), ['sandbox "ids" maps uid 1001 and gid 1001']);
  const inner =
    "{namespaces: {user: new}, user: {map: [{inside: 0, outside: 1000}]}, processes: {a: pwd}}";
  assert.equal(obstaclesOf(`sandboxes: {in: ${inner}}`), [
    'sandbox "in" maps uid 1000 and gid 1000',
  ]);
  assert.equal(
    obstaclesOf("sandboxes: {in: {processes: {a: {run: pwd, user: {uid: 3, gid: 4}}}}}"),
    ['process "in/a" wants uid 3', 'process "in/a" wants gid 4'],
  );
  assert.equal(obstaclesOf("user: {uid: 3}\nprocesses: {a: pwd}"), ['sandbox "ids" wants uid 3']);
});

test("a map with many of them is one obstacle", () => {
  const map = Array.from({ length: 340 }, (_, id) => `{inside: ${id}, outside: ${id + 5000}}`);
  assert.equal(obstaclesOf(`namespaces: {user: new}\nuser: {map: [${map}]}\nprocesses: {a: pwd}`), [
    'sandbox "ids" maps uid 5000 and 679 more',
  ]);
});

test("supplementary groups are not", () => {
  assert.equal(obstaclesOf("processes: {a: {run: pwd, user: {groups: [0]}}}"), [
    'process "a" wants supplementary groups',
  ]);
});

test.run();
