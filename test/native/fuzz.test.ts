/** The fuzzer of the plan image, for as long as a test may take; `npm run soak` runs ten times more. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sandbox, scratch, users } from "../sandbox.ts";

const test = suite("fuzz");
const rounds = process.env["FUZZ_ROUNDS"] ?? "100000";

for (const name of ["russian-doll", "dependencies", "rootless-ids"]) {
  test(`${rounds} mutations of ${name}: refused or accepted, clean under ASan and UBSan`, () => {
    const user = users[0];
    assert.ok(user);
    const image = `${scratch}/${name}.plan`;
    assert.is(sandbox(user, "plan", "-o", image, `sandboxes/${name}.yaml`).code, 0);
    assert.is(Bun.spawnSync(["make", "-s", "-C", "native", "fuzz"]).exitCode, 0);
    const ran = Bun.spawnSync(["build/native/fuzz/fuzz-plan", image, rounds, "20261123"]);
    assert.is(ran.exitCode, 0, ran.stderr.toString());
  });
}

test.run();
