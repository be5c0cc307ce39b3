/** Every test file that runs sandboxes, again, against the build with ASan and UBSan. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../sandbox.ts";

const test = suite("asan");

const FILES = [
  "test/cli/main.test.ts",
  "test/run/snapshot.test.ts",
  "test/native/pid-mode.test.ts",
  "test/native/shim.test.ts",
  "test/native/trace.test.ts",
  "test/sandboxes.test.ts",
];

const built = Bun.spawnSync(["make", "-s", "-C", "native", "asan"], { cwd: root });
assert.is(built.exitCode, 0, built.stderr.toString());

for (const file of FILES) {
  test(`${file} passes against the sanitizer build`, () => {
    const ran = Bun.spawnSync([process.execPath, file], {
      cwd: root,
      env: { ...process.env, SANDBOX_SHIM: `${root}/native/build/asan/sandbox-shim` },
    });
    assert.is(ran.exitCode, 0, ran.stdout.toString() + ran.stderr.toString());
  });
}

test.run();
