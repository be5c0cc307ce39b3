/** Names that completion offers: what the spec has, and nothing where it is wrong or not there. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { specNames } from "../../src/cli/spec-names.ts";
import { writeSpec } from "../sandbox.ts";

const test = suite("spec names");

test("parameters, also of a spec that has mistakes, and paths of its processes", () => {
  const params = "params: {n: {type: integer}, m: {type: string, default: a}}";
  const wrong = writeSpec("wrong-names", `sandbox: x\n${params}\nprocesses: {a: {rnu: pwd}}\n`);
  assert.equal(specNames("params", wrong), ["n=", "m="]);
  assert.equal(specNames("paths", wrong), []);
  const right = writeSpec("right-names", "sandbox: x\nprocesses: {a: {run: pwd, replicas: 2}}\n");
  assert.equal(specNames("params", right), []);
  assert.equal(specNames("paths", right), ["init", "a.1", "a.2"]);
});

test("nothing of what is not there", () => {
  assert.equal(specNames("params", "/no/such.yaml"), []);
  assert.equal(specNames("paths", "/no/such.yaml"), []);
});

test.run();
