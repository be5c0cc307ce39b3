/** How many tasks a run has at a time: what ends while others start is reaped meanwhile. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root, sandbox, scratch, users, writeSpec } from "../sandbox.ts";

const test = suite("peak");
const shim = process.env["SANDBOX_SHIM"] || `${root}/native/build/sandbox-shim`;

/* A busy machine lets some live on: the bounds are far below the number of processes, and far above 64. */

/** A user that has no other process: the kernel counts all of its tasks, zombies too, for RLIMIT_NPROC. */
const NOBODYS_UID = 61_234;

const SPECS: readonly [name: string, body: string, most: number][] = [
  ["a reaper", 'processes: {w: {run: "true", replicas: 2000}}', 1_000],
  [
    "nested reapers",
    'sandboxes: {a: {nest: 2, processes: {w: {run: "true", replicas: 600}}}}',
    800,
  ],
  [
    "an own init",
    'init: app\nuntil: w\nprocesses: {app: sleep 60, w: {run: "true", replicas: 300}}',
    200,
  ],
];

if (process.getuid?.() === 0) {
  for (const [name, body, most] of SPECS) {
    test(`below ${name}, many that end at once are never more than ${most} tasks`, () => {
      const [user] = users;
      assert.ok(user);
      const plan = join(scratch, "peak.plan");
      const made = sandbox(user, "plan", "-o", plan, writeSpec("peak", `sandbox: peak\n${body}\n`));
      assert.is(made.code, 0, made.err);
      fs.chmodSync(plan, 0o644);
      const ran = Bun.spawnSync(
        [
          ...["setpriv", "--reuid", NOBODYS_UID, "--regid", NOBODYS_UID, "--clear-groups"],
          ...["prlimit", `--nproc=${most}:${most}`, shim, "run", plan],
        ].map(String),
        { cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeout: 60_000 },
      );
      assert.is(ran.exitCode, 0, ran.stderr.toString().slice(0, 500));
    });
  }
} else {
  console.log("SKIP only root can become a user that has no other process");
  test.skip("only root can take a user that nobody else is", () => {});
}

test.run();
