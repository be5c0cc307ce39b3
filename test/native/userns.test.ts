/** Nested user namespaces inside of one that somebody else has made. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, users, writeSpec } from "../sandbox.ts";

const test = suite("userns");

for (const user of users) {
  test(`${user.name}: where setgroups is denied from above, a nested one keeps the groups`, () => {
    const spec = writeSpec(
      "denied",
      `sandbox: denied
processes: {a: "true"}
sandboxes:
  b:
    namespaces: {user: new}
    processes: {p: cat /proc/self/setgroups}
`,
    );
    const [command = "", ...rest] = commandFor(user, ["up", spec]);
    const at = user.prefix.length;
    const inside = [...user.prefix, "unshare", "-Ur", ...[command, ...rest].slice(at)];
    const ran = Bun.spawnSync(inside, { env: environmentFor(user) });
    assert.is(ran.exitCode, 0, ran.stderr.toString());
    assert.match(ran.stdout.toString(), /^b\/p +\| deny$/m);
  });
}

test.run();
