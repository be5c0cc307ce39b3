/** The snapshot against the kernel's word: nobody is missing, and never a wrong row in a fork storm. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NAMESPACE, NAMESPACE_KINDS, type NamespaceKind } from "../../src/base/namespace-kinds.ts";
import { lookPath } from "../../src/host/shim-path.ts";
import type { ProcRow } from "../../src/ir/proc-row.ts";
import type { Report, ReportProcess } from "../../src/report/report.ts";
import { decodeSnapshot } from "../../src/wire/snapshot.ts";
import { assertHasAll, assertKernelSays, statusOf } from "../kernel-word.ts";
import { alive, freshMark, sandbox, scratch, type User, users, writeSpec } from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("snapshot");
const isRoot = process.getuid?.() === 0;
const look = lookPath() ?? "";
/** Looks into a fork storm; more in a soak. */
const ROUNDS = Number(process.env["SANDBOX_STORM_ROUNDS"] ?? 40);
/** Every way of taking one; the first is chosen by itself. */
const MEANS = [[], ["--by", "nsfs"], ["--by", "procfs"], ["--by", "bpf"]];
const isSleep = ({ comm }: ProcRow) => comm === "sleep";
const root0 = users[0] as User;
const meansFor = ({ prefix }: User, hasNamespace: boolean): readonly (readonly string[])[] =>
  MEANS.slice(0, isRoot && prefix.length === 0 && hasNamespace ? 4 : 3);

function snapshot(user: User, monitor: number, ...flags: readonly string[]): ProcRow[] {
  const ran = Bun.spawnSync([...user.prefix, look, "snapshot", String(monitor), ...flags]);
  assert.is(ran.exitCode, 0, ran.stderr.toString());
  const rows = decodeSnapshot(ran.stdout);
  assert.ok(rows);
  return rows;
}

/** The report of a run, as another command sees it. */
function reportOf(user: User, name: string): Report {
  const ran = sandbox(user, "report", name, "--format", "json");
  assert.is(ran.code, 0, ran.err);
  return JSON.parse(ran.out) as Report;
}

async function until<Value>(look: () => Value | null | false, what: string): Promise<Value> {
  for (let turn = 0; turn < 600; turn++) {
    const result = look();
    if (result) return result;
    await Bun.sleep(20);
  }
  throw new Error(`it never came: ${what}`);
}

const monitorOf = ({ processes }: Report) => Number(processes[0]?.ppids[0]);
const marked = (rows: readonly ProcRow[], mark: string) =>
  rows.filter(({ argv }) => argv.join(" ").includes(mark));

/** All of a row that procfs shows too. */
function assertIsKernels(row: ProcRow): void {
  const pid = row.pids[0] ?? 0;
  const status = statusOf(pid);
  assert.ok(status, `${pid} is there`);
  assert.equal(row.pids, status.nspid);
  const parent = statusOf(status.parent)?.nspid ?? [];
  assert.equal(
    row.ppids,
    row.pids.map((_, level) => parent[level] ?? 0),
  );
  assert.is(row.comm, fs.readFileSync(`/proc/${pid}/comm`, "utf8").trimEnd());
  assert.is(row.argv.join("\0"), fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").slice(0, -1));
  assert.is(row.uid, status.uid);
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  if (row.comm === "sleep" || row.comm === "true") assert.is(row.state, stat[0]);
  const tick = 1e7;
  asleep.add(Number(stat[19]) * tick - row.startNs);
  assert.is(asleep.size, 1, "one clock for all");
}

/** What the clock of start times is ahead of CLOCK_MONOTONIC. */
const asleep = new Set<number>();

for (const user of users) {
  test(`${user.name}: rows are the kernel's, by every means, in namespaces that workloads make too`, async () => {
    const mark = freshMark();
    const deeper = `unshare -Upf --keep-caps sh -c "sleep ${mark} & unshare -pf unshare -pf sleep ${mark} & wait"`;
    const spec = writeSpec(
      "rows",
      `sandbox: rows-${process.pid}
stop: {signal: KILL}
processes:
  a: {shell: "sleep ${mark} & exec sleep ${mark}"}
  deeper: {shell: '${deeper}'}
  odd: {run: [sh, -c, "sleep ${mark}; :", "", "a b"]}
  long: {run: [sh, -c, "sleep ${mark}; :", "${"x".repeat(9_000)}"]}
  zombie: {shell: "true & exec sleep ${mark}"}
  held: {shell: "kill -STOP $$; :"}
sandboxes: {b: {nest: 4, processes: {p: {run: sleep ${mark}, replicas: 2}}}}
`,
    );
    await whileRunning(user, spec, async (started, cli) => {
      const monitor = monitorOf(started);
      await until(() => {
        const sleeping = snapshot(user, monitor).filter(({ comm }) => comm === "sleep");
        return sleeping.length === 15 && sleeping.some(({ pids }) => pids.length === 5);
      }, "all that sleep");
      const all = alive(mark);
      for (const means of meansFor(user, true)) {
        const rows = snapshot(user, monitor, ...means);
        const known = new Set(rows.map(({ pids }) => String(pids[0])));
        const own = new Set([String(cli), String(monitor)]);
        assert.equal(
          all.filter(
            (pid) => !known.has(pid) && !own.has(pid) && statusOf(pid)?.nspid.length !== 1,
          ),
          [],
          "those that are missing",
        );
        for (const row of rows) assertIsKernels(row);
        const states = rows.map(({ state }) => state);
        assert.ok(states.includes("Z") && states.includes("T"), states.join(""));
        for (const { pids, inodes } of marked(rows, mark))
          assert.is(inodes.pid, fs.statSync(`/proc/${pids[0]}/ns/pid`).ino);
      }
      for (const row of meansFor(user, true).flatMap((means) =>
        snapshot(user, monitor, "--namespaces", ...means),
      )) {
        if (row.comm !== "sleep") continue;
        for (const [kind, inode] of Object.entries(row.inodes)) {
          const { file } = NAMESPACE[kind as NamespaceKind];
          assert.is(inode, fs.statSync(`/proc/${row.pids[0]}/ns/${file}`).ino, kind);
        }
        assert.equal(Object.keys(row.inodes), [...NAMESPACE_KINDS]);
      }
      const report = reportOf(user, started.sandbox);
      assertKernelSays(report);
      assertHasAll(
        report,
        all.filter((pid) => statusOf(pid)?.nspid.length !== 1),
      );
      const levels = report.processes
        .filter(({ path }) => path.startsWith("deeper+"))
        .map(({ level, kind, sandbox }) => `${kind} ${sandbox} ${level}`);
      assert.equal(new Set(levels), new Set(["forked  1", "forked  2", "forked  3", "forked  4"]));
      assert.is(new Set(report.processes.map(({ path }) => path)).size, report.processes.length);
      const own = report.processes.find(
        ({ path, level }) => path.startsWith("deeper+") && level > 1,
      );
      assert.ok(own);
      assert.is(own.inodes?.pid, fs.statSync(`/proc/${own.pids[0]}/ns/pid`).ino);
      assert.ok(own.inodes?.user, "it has a user namespace of its own too");
      assert.is(own.inodes?.uts, undefined, "which its sandbox has too");
      process.kill(cli, "SIGINT");
    });
  });

  test(`${user.name}: who descends from a sandbox without a PID namespace is in it, and all below`, async () => {
    const mark = freshMark();
    const spec = writeSpec(
      "inherit",
      `sandbox: inherit-${process.pid}
stop: {signal: KILL}
namespaces: {pid: inherit, mount: inherit}
processes:
  orphans: {shell: "(sleep ${mark} & unshare -Upf sh -c 'sleep ${mark} & wait' &) ; exec sleep ${mark}"}
sandboxes: {inner: {namespaces: {pid: new}, processes: {p: sleep ${mark}}}}
`,
    );
    await whileRunning(user, spec, async (started, cli) => {
      const monitor = monitorOf(started);
      const sleeping = (rows: readonly ProcRow[]) =>
        marked(rows, mark)
          .filter(({ comm }) => comm === "sleep")
          .map(({ pids }) => pids.length)
          .toSorted();
      await until(() => sleeping(snapshot(user, monitor)).length === 4, "all that sleep");
      for (const means of meansFor(user, false)) {
        const rows = snapshot(user, monitor, ...means);
        assert.equal(sleeping(rows), [1, 1, 2, 2]);
        for (const row of rows) assertIsKernels(row);
      }
      assertKernelSays(reportOf(user, started.sandbox));
      process.kill(cli, "SIGINT");
    });
  });

  test(`${user.name}: who has been put in from outside has joined`, async () => {
    if (!isRoot) return; // an ordinary user has no way in
    const mark = freshMark();
    const spec = writeSpec(
      "joined",
      `sandbox: joined-${process.pid}
stop: {signal: KILL}
processes: {still: sleep ${mark}, own: "unshare -Upf sleep ${mark}"}
sandboxes: {outer: {processes: {web: sleep ${mark}}}}
`,
    );
    await whileRunning(user, spec, async (started, cli) => {
      const pidOf = (path: string) =>
        Number(started.processes.find((row) => row.path === path)?.pids[0]);
      const own = await until(
        () =>
          reportOf(user, started.sandbox).processes.find(
            ({ level, path }) => level === 2 && path.startsWith("own+"),
          ),
        "a namespace of a workload's own",
      );
      const enter = (pid: number) =>
        Bun.spawn(["nsenter", "-t", String(pid), "-p", "sh", "-c", `sleep ${mark}.5 & wait`], {
          stdio: ["ignore", "ignore", "ignore"],
        });
      const outside = [pidOf("init"), pidOf("outer/web"), own?.pids[0] ?? 0].map(enter);
      const joined = await until(() => {
        const rows = reportOf(user, started.sandbox).processes.filter(
          ({ kind, argv }) => kind === "joined" || argv[1] === `${mark}.5`,
        );
        return rows.length === 6 && rows;
      }, "those that have joined");
      const [first, second, third] = outside.map(({ pid }) =>
        joined.find(({ ppids }) => ppids[0] === pid),
      ) as [ReportProcess, ReportProcess, ReportProcess];
      for (const row of [first, second, third]) {
        assert.is(row.kind, "joined");
        assert.equal(
          row.ppids.slice(1),
          row.pids.slice(1).map(() => 0),
        );
        const fork = joined.find(({ ppids }) => ppids[0] === row.pids[0]);
        assert.equal(fork?.ppids, row.pids);
        assert.is(fork?.kind, "forked");
        assert.is(fork?.path, `${row.path}+${fork?.pids[row.level]}`);
      }
      assert.is(first.path, `+${first.pids[1]}`);
      assert.is(second.path, `outer/+${second.pids[2]}`);
      assert.is(second.sandbox, "outer");
      assert.is(third.level, 2);
      assert.is(third.sandbox, "");
      const report = reportOf(user, started.sandbox);
      assertKernelSays(report);
      assert.is(new Set(report.processes.map(({ path }) => path)).size, report.processes.length);
      // Whom it came from ends: then its parent is another, outside still.
      outside[0]?.kill("SIGKILL");
      await outside[0]?.exited;
      const left = reportOf(user, started.sandbox).processes.find(
        ({ path }) => path === first.path,
      );
      assert.is(left?.kind, "joined");
      assert.is(left?.ppids[1], 0);
      process.kill(cli, "SIGINT");
      for (const child of outside) await child.exited;
    });
  });

  test(`${user.name}: in a fork storm no row is double, torn or of a stranger, and none is missing`, async () => {
    const mark = freshMark();
    // Nice: the tests beside it are to get on as well.
    const storm = (forks: string) =>
      `{shell: "while :; do ${forks} wait; done", replicas: 2, nice: 19}`;
    const spec = writeSpec(
      "storm",
      `sandbox: storm-${process.pid}
stop: {signal: KILL}
processes:
  storm: ${storm("(true) & (true) & (true) &")}
  orphans: ${storm("(sleep 0 &) ; (true) &")}
  still: {run: sleep ${mark}, replicas: 10}
sandboxes:
  inner:
    processes: {storm: ${storm("(true) & (true) &")}, still: sleep ${mark}}
    sandboxes: {inmost: {processes: {storm: ${storm("(true) &")}, still: sleep ${mark}}}}
`,
    );
    await whileRunning(
      user,
      spec,
      (started, cli) => {
        const monitor = monitorOf(started);
        const means = meansFor(user, true);
        let forks = 0;
        for (let round = 0; round < ROUNDS; round++) {
          const rows = snapshot(user, monitor, ...(means[round % means.length] ?? []));
          assert.is(marked(rows, mark).filter(({ comm }) => comm === "sleep").length, 12);
          assertIsOneMoment(rows);
          forks += rows.length - 23;
        }
        assert.ok(forks > 0, "no fork was ever seen");
        for (let round = 0; round < ROUNDS / 20; round++) {
          const paths = reportOf(user, started.sandbox).processes.map(({ path }) => path);
          assert.is(new Set(paths).size, paths.length, "a row is there twice");
        }
        process.kill(cli, "SIGINT");
      },
      "--for",
      "10h",
    );
  });
}

test("PIDs that come round again every few hundred forks make no row of two processes", async () => {
  if (!isRoot) return; // only root may lower pid_max, and only since 6.14 of one namespace
  const mark = freshMark();
  const space = ["unshare", "--kill-child", "-pf", "--mount-proc"];
  const storm = "while :; do (sleep 0 &) ; (true) & (true) & wait; done";
  // Numbers below 300 are given once only.
  const few = `echo 400 > /proc/sys/kernel/pid_max && : > ready; sleep ${mark} & ${storm} & ${storm} &`;
  const inner = `${few} exec sleep ${mark}`;
  const ready = join(scratch, "ready");
  const child = Bun.spawn([...space, "sh", "-c", `${few} ${space.join(" ")} sh -c '${inner}'`], {
    stdio: ["ignore", "ignore", "ignore"],
    cwd: scratch,
  });
  try {
    await until(
      () => marked(snapshot(root0, child.pid), mark).filter(isSleep).length === 3,
      "sleeping",
    );
    if (!fs.existsSync(ready)) return; // an older kernel
    let highest = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const rows = snapshot(root0, child.pid, ...(MEANS[round % MEANS.length] ?? []));
      assert.is(marked(rows, mark).filter(isSleep).length, 3);
      assertIsOneMoment(rows);
      for (const { pids } of rows) highest = Math.max(highest, ...pids.slice(1));
    }
    assert.ok(highest > 300 && highest < 400, String(highest));
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
});

/** What holds of processes that all live at one moment, whatever they are. */
function assertIsOneMoment(rows: readonly ProcRow[]): void {
  const byPid = new Map(rows.map((row) => [row.pids[0], row] as const));
  assert.is(byPid.size, rows.length, "a process is shown twice");
  const innermost = rows.map(({ pids, inodes }) => `${inodes.pid ?? pids[0]} ${pids.at(-1)}`);
  assert.is(new Set(innermost).size, rows.length, "a PID is there twice in its namespace");
  for (const { pids, ppids, comm, state, startNs } of rows) {
    assert.ok(pids.length >= 2 && pids.length <= 4, pids.join(" "));
    assert.ok(
      pids.every((pid) => pid > 0),
      pids.join(" "),
    );
    assert.match(comm, /^(sh|sleep|true|unshare|sandbox-init)$/);
    assert.match(state, /^[RSDZTXtI]$/);
    const parent = byPid.get(ppids[0] ?? 0);
    if (pids.at(-1) === 1 && pids.length === 2) continue; // the run's first, made from outside
    assert.ok(parent, `the parent of ${pids.join(" ")}, ${ppids.join(" ")}, is of the run`);
    assert.ok(parent.startNs <= startNs, "older than its child");
    assert.equal(
      ppids,
      pids.map((_, level) => parent.pids[level] ?? 0),
    );
  }
}

test("what cannot be done by the means that are asked for is said", () => {
  const run = (user: User, ...args: string[]) =>
    Bun.spawnSync([...user.prefix, look, "snapshot", ...args]).exitCode;
  for (const user of users) {
    // This process makes no PID namespace, so there is none to look into.
    assert.is(run(user, String(process.pid), "--by", "bpf"), 3);
    assert.is(run(user, String(process.pid), "--by", "nsfs"), 0);
    assert.is(run(user, String(process.pid), "--by", "zzz"), 64);
    assert.is(run(user, String(process.pid), "--by"), 64);
  }
});

test("nobody's descendants are none, and what is no PID is wrong usage", () => {
  const run = (...args: string[]) => Bun.spawnSync([look, "snapshot", ...args]);
  assert.equal(run("4194303").stdout.length, 0);
  assert.is(run("4194303").exitCode, 0);
  for (const wrong of [["0"], ["x"], ["4194304"], ["1", "--zzz"], []])
    assert.is(run(...wrong).exitCode, 64, wrong.join(" "));
});

test("bytes that are no rows are refused", () => {
  assert.equal(decodeSnapshot(new Uint8Array(0)), []);
  assert.is(decodeSnapshot(new Uint8Array(40)), null);
  const rows = new Uint8Array(Bun.spawnSync([look, "snapshot", String(process.ppid)]).stdout);
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
