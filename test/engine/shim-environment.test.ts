/** What of the caller's environment the shim gets. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { shimEnvironment } from "../../src/engine/shim-environment.ts";
import { planOf } from "../../src/plan/plan-of.ts";

const test = suite("shim environment");

function environmentOf(inherited: string): Record<string, string> | undefined {
  const text = `sandbox: x\nprocesses: {a: {run: pwd, inherit_env: [${inherited}]}, b: pwd}\n`;
  const { ir } = checkSpec({ file: "x.yaml", text });
  if (ir === null) throw new Error("the spec is right");
  return shimEnvironment(planOf(ir));
}

test("it has what a process inherits and nothing else, unless that is no text", () => {
  const chosen = process.env["SANDBOX_SHIM"];
  delete process.env["SANDBOX_SHIM"];
  process.env["SBX_TEST_ONE"] = "one";
  process.env["SBX_TEST_SECRET"] = "two";
  assert.equal(environmentOf("SBX_TEST_ONE, SBX_TEST_NONE"), { SBX_TEST_ONE: "one" });
  assert.equal(environmentOf(""), {});
  process.env["SBX_TEST_ONE"] = "\ufffd";
  assert.is(environmentOf("SBX_TEST_ONE"), undefined);
  process.env["SANDBOX_SHIM"] = "/own/shim";
  assert.is(environmentOf(""), undefined);
  if (chosen === undefined) delete process.env["SANDBOX_SHIM"];
  else process.env["SANDBOX_SHIM"] = chosen;
});

test.run();
