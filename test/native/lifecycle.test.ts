/** The scheduler alone, without processes: every state and event, then random orders, under ASan and UBSan. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, sandbox, scratch, users } from "../sandbox.ts";

const test = suite("lifecycle");

const built = Bun.spawnSync(["make", "-s", "-C", "native", "lifecycle"], { cwd: root });
assert.is(built.exitCode, 0, built.stderr.toString());

for (const name of ["russian-doll", "dependencies", "replicas", "init-death"]) {
  test(`5000 runs of ${name} in random orders end, and count each slot once`, () => {
    const user = users[0];
    assert.ok(user);
    const image = `${scratch}/${name}.plan`;
    assert.is(sandbox(user, "plan", "-o", image, `sandboxes/${name}.yaml`).code, 0);
    const command = ["build/native/fuzz/lifecycle", image, "5000", "20261126"];
    const ran = Bun.spawnSync(command, { cwd: root });
    assert.is(ran.exitCode, 0, ran.stderr.toString());
  });
}

test.run();
