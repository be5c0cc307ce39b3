/** What a failed step means: its code says of whom it speaks, as the shim's exit code does. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { faultText } from "../../src/engine/fault-text.ts";
import { ENUMS } from "../../src/wire/enums.ts";
import { stepEntry } from "../../src/wire/steps.ts";

const test = suite("fault text");

test("a step of a process gets a process's code, all others the host's", () => {
  for (const step of ENUMS.step) {
    const { code } = faultText("a", { step, errno: 1, level: 1 });
    const isProcess = code === "SBX4001" || code === "SBX4002";
    assert.is(isProcess, stepEntry(step).scope === "process", `${step} is ${code}`);
  }
});

test.run();
