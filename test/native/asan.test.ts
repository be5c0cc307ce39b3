/** The shim's whole test file again, against the build with ASan and UBSan. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../sandbox.ts";

const test = suite("asan");

test("the shim's tests pass against the sanitizer build", () => {
  assert.is(Bun.spawnSync(["make", "-s", "-C", "native", "asan"], { cwd: root }).exitCode, 0);
  const ran = Bun.spawnSync([process.execPath, "test/native/shim.test.ts"], {
    cwd: root,
    env: { ...process.env, SANDBOX_SHIM: `${root}/native/build/asan/sandbox-shim` },
  });
  assert.is(ran.exitCode, 0, ran.stdout.toString() + ran.stderr.toString());
});

test.run();
