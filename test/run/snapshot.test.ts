/** The snapshot against procfs: the same in peace, and never a wrong row in a fork storm. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { descendantsOf } from "../../src/host/procfs.ts";
import type { ProcRow } from "../../src/ir/proc-row.ts";
import type { Report } from "../../src/report/report.ts";
import { snapshotBelow } from "../../src/run/snapshot.ts";
import { decodeSnapshot } from "../../src/wire/snapshot.ts";
import {
  commandFor,
  environmentFor,
  freshMark,
  root,
  sandbox,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("snapshot");
const user = users[0] as User;
const shim = process.env["SANDBOX_SHIM"] ?? `${root}/native/build/sandbox-shim`;

async function whileUp(spec: string, during: (monitor: number) => Promise<void>): Promise<void> {
  sandbox(user, "version");
  const child = Bun.spawn(commandFor(user, ["up", "--json", writeSpec("snapshot", spec)]), {
    env: environmentFor(user),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const report = JSON.parse(new TextDecoder().decode(value).split("\n")[0] ?? "") as Report;
  try {
    await during(Number(report.processes[0]?.ppids[0]));
  } finally {
    child.kill("SIGINT");
    while (!(await reader.read()).done);
    await child.exited;
  }
}

const order = (rows: readonly ProcRow[]) =>
  rows.toSorted((a, b) => (a.pids[0] ?? 0) - (b.pids[0] ?? 0));

test("rows are what procfs says, at every level, in namespaces that workloads make too", async () => {
  const mark = freshMark();
  const inside = `unshare --fork --pid sh -c 'sleep ${mark} & sleep ${mark} & wait'`;
  await whileUp(
    `sandbox: rows
processes: {a: {shell: "sleep ${mark} & exec sleep ${mark}"}, odd: {run: [sh, -c, "sleep ${mark}; :", "", "a b"]}}
sandboxes: {b: {nest: 4, processes: {p: {run: sleep ${mark}, replicas: 2}}}}
`,
    async (monitor) => {
      await Bun.sleep(200);
      const fast = order(snapshotBelow(monitor));
      const slow = order(descendantsOf(monitor)).map((row) => ({ ...row, pidns: 0 }));
      assert.equal(
        fast.map((row) => ({ ...row, pidns: 0 })),
        slow,
      );
      assert.ok(fast.length >= 16, String(fast.length));
      for (const { pids, pidns } of fast) {
        // Of the shim's own inits an ordinary user may not see it.
        if (pidns !== 0) assert.is(pidns, fs.statSync(`/proc/${pids[0]}/ns/pid`).ino);
      }
      assert.ok(fast.some(({ pids }) => pids.length === 6));
    },
  );
  // Capabilities are gone in a sandbox, so the workload's own namespace is made beside one.
  if (process.getuid?.() !== 0) return;
  const child = Bun.spawn(["sh", "-c", `${inside} & wait`], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  await Bun.sleep(300);
  const rows = order(snapshotBelow(child.pid));
  assert.is(rows.filter(({ pids }) => pids.length === 2).length, 3);
  for (const { pids } of rows) {
    const status = fs.readFileSync(`/proc/${pids[0]}/status`, "utf8");
    assert.is(pids.join("\t"), /^NSpid:\t(.*)$/m.exec(status)?.[1]);
  }
  Bun.spawnSync(["pkill", "-KILL", "-f", mark]);
  await child.exited;
});

test("in a fork storm no row is double, torn or of a stranger", async () => {
  await whileUp(
    `sandbox: storm
processes:
  storm: {shell: "while :; do (true) & (true) & (true) & wait; done", replicas: 4}
  still: {run: sleep 60, replicas: 10}
sandboxes: {inner: {processes: {storm: {shell: "while :; do (true) & (true) & wait; done"}, still: sleep 60}}}
`,
    async (monitor) => {
      let forks = 0;
      for (let round = 0; round < 150; round++) {
        const rows = snapshotBelow(monitor);
        const pids = rows.map((row) => row.pids[0] ?? 0);
        assert.is(new Set(pids).size, pids.length, "a process is shown twice");
        for (let level = 1; level <= 2; level++) {
          const own = rows
            .filter((row) => row.pids.length === level + 1)
            .map((row) => row.pids[level]);
          assert.is(new Set(own).size, own.length, `a PID of level ${level} is there twice`);
        }
        assert.is(rows.filter(({ comm }) => comm === "sleep").length, 11);
        for (const { pids: numbers, comm, state } of rows) {
          assert.ok(numbers.length === 2 || numbers.length === 3, numbers.join(" "));
          assert.ok(
            numbers.every((pid) => pid > 0),
            numbers.join(" "),
          );
          assert.match(comm, /^(sh|sleep|true|sandbox-init)$/);
          assert.match(state, /^[RSDZTXtI]$/);
        }
        forks += rows.length - 18;
      }
      assert.ok(forks > 0, "no fork was ever seen");
    },
  );
});

test("nobody's descendants are none, and what is no PID is wrong usage", () => {
  const run = (...args: string[]) => Bun.spawnSync([shim, "snapshot", ...args]);
  assert.equal(run("4194303").stdout.length, 0);
  assert.is(run("4194303").exitCode, 0);
  assert.is(run("0").exitCode, 64);
  assert.is(run("x").exitCode, 64);
  assert.is(run().exitCode, 64);
});

test("bytes that are no rows are refused", () => {
  assert.equal(decodeSnapshot(new Uint8Array(0)), []);
  assert.is(decodeSnapshot(new Uint8Array(40)), null);
  const rows = new Uint8Array(Bun.spawnSync([shim, "snapshot", String(process.ppid)]).stdout);
  assert.ok((decodeSnapshot(rows)?.length ?? 0) > 0);
  assert.is(decodeSnapshot(rows.subarray(0, rows.length - 4)), null);
  // The high bytes of a row's size and of its level.
  for (const at of [3, 7]) {
    const changed = rows.slice();
    changed[at] = 0xff;
    assert.is(decodeSnapshot(changed), null, String(at));
  }
});

test.run();
