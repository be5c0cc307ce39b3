/** Nested user namespaces inside of one that somebody else has made. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commandFor, environmentFor, sandbox, users, writeSpec } from "../sandbox.ts";

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

  for (const mount of ["new", "inherit"]) {
    test(`${user.name}: below the caller's own mount namespace, with mount: ${mount}`, () => {
      const spec = writeSpec(
        `in-callers-mounts-${mount}`,
        `sandbox: callers
namespaces: {mount: inherit}
processes: {a: readlink /proc/self/ns/user}
sandboxes:
  b:
    namespaces: {mount: ${mount}, user: new}
    processes: {p: {shell: "readlink /proc/self/ns/user; readlink /proc/self/ns/mnt"}}
`,
      );
      const ran = sandbox(user, "up", spec);
      assert.is(ran.code, 0, ran.err);
      const printed = (path: string, kind: string) =>
        new RegExp(`^${path} +\\| (${kind}:.*)$`, "m").exec(ran.out)?.[1];
      const [above, below] = [printed("a", "user"), printed("b/p", "user")];
      assert.ok(above !== undefined && below !== undefined && above !== below, ran.out);
      const isCallers = printed("b/p", "mnt") === fs.readlinkSync("/proc/self/ns/mnt");
      assert.is(isCallers, mount === "inherit");
    });
  }
}

test.run();
