/** `sandbox pid`: every number is the kernel's, both ways, also for a container of another engine. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessFacts } from "../../src/ir/process-facts.ts";
import type { Report } from "../../src/report/report.ts";
import { engines, startContainer } from "../container.ts";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  sandbox,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";
import { killedAtEnd, startRun } from "../while-running.ts";

const test = suite("pid");

const nspid = (pid: number) =>
  /^NSpid:\t(.*)$/m
    .exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    ?.split("\t")
    .map(Number) ?? [];

const root = users[0] as User;

const factsOf = (user: User, ...args: string[]): ProcessFacts => {
  const { out, err } = sandbox(user, "pid", "--json", ...args);
  if (out === "") throw new Error(err);
  return JSON.parse(out);
};

for (const user of users) {
  test(`each process of a run, there and back, as ${user.name}`, async () => {
    const mark = freshMark();
    const spec = writeSpec(
      "pid",
      `sandbox: asked
processes: {top: {shell: "sleep ${mark} & wait"}}
sandboxes: {outer: {sandboxes: {inner: {init: app, processes: {app: sleep ${mark}, w: {run: sleep ${mark}, replicas: 2}}}}}}
`,
    );
    const name = `asked-${user.name.replace(" ", "-")}`;
    await using run = await startRun(user, ["--name", name, spec]);
    const json = sandbox(user, "report", name, "--format", "json").out;
    const { processes } = JSON.parse(json) as Report;
    for (const { pids, path, kind } of processes) {
      const pid = Number(pids[0]);
      const facts = factsOf(user, String(pid));
      assert.equal(
        facts.levels.map((level) => level.pid),
        nspid(pid),
        path,
      );
      const base = path.replace(/\+\d+$/, "");
      assert.equal(facts.sandbox, { run: name, path: base, kind }, path);
      // An ordinary user may not read the shim's own inits; processes inside are read instead.
      assert.is(factsOf(user, String(pids.at(-1)), "--from", String(pid)).pid, pid, path);
      if (kind === "forked") assert.is(factsOf(user, `${name}/${path}`).pid, pid);
    }
    const web = processes.find(({ path }) => path === "outer/inner/w.2");
    const byPath = sandbox(
      user,
      "pid",
      String(web?.pids.at(-1)),
      "--from",
      `${name}/outer/inner/app`,
    );
    assert.match(byPath.out, new RegExp(`^0 +${web?.pids[0]} +pid:`, "m"));
    assert.is(factsOf(user, `${name}/outer/inner:${web?.pids.at(-1)}`).pid, web?.pids[0]);
    assert.is(factsOf(user, `outer:${web?.pids[2]}`).pid, web?.pids[0], "the only run");
    assert.match(sandbox(user, "pid", "outer/none").err, /no process or sandbox "outer\/none"/);
    const none = sandbox(user, "pid", "4000000", "--from", `${name}/outer/inner/app`);
    assert.is(none.code, 1);
    assert.match(none.err, /there is no PID 4000000 in the namespace pid:\[\d+\]/);
    await run.stop();
  });
}

test("what is no PID is wrong usage, and who is not there is said to be gone", () => {
  assert.is(sandbox(root, "pid", "0").code, 64);
  assert.is(sandbox(root, "pid", "x1", "--from", "1").code, 64);
  assert.is(sandbox(root, "pid", "4194303").code, 1);
  assert.match(sandbox(root, "pid", "x1").err, /no run has the name "x1"/);
  assert.is(sandbox(root, "pid", "1", "--from", "no-such-run").code, 1);
});

test("a number with a sign names no process", () => {
  const { code, err } = sandbox(root, "pid", "+1");
  assert.is(code, 1);
  assert.match(err, /"\+1" names no process: write a PID, RUN\/PATH, or/);
});

test("a thread is said to be one", () => {
  const tid = fs.readdirSync("/proc/self/task").find((name) => Number(name) !== process.pid);
  assert.match(
    sandbox(root, "pid", String(tid)).err,
    new RegExp(`no process ${tid} here: it is a thread of process ${process.pid}`),
  );
});

if (root.name !== "root") {
  console.log("SKIP this machine's root is needed to look from inside of another's namespace");
  test.skip("an observer inside of a sandbox", () => {});
} else {
  test("an observer inside of a sandbox sees from its own level down, and says so", async () => {
    const mark = freshMark();
    const spec = writeSpec(
      "inside",
      `sandbox: inside\nsandboxes: {inner: {processes: {deep: sleep ${mark}}}}\n`,
    );
    await using run = await startRun(root, ["--name", "inside", spec]);
    const deep = factsOf(root, "inside/inner/deep");
    const [, one, two] = deep.levels.map(({ pid }) => pid);
    const look = (isMounted: boolean, ...args: string[]) => {
      const command = commandFor(root, ["pid", ...args]);
      const mount = isMounted ? "mount -t proc proc /proc && " : "";
      return Bun.spawnSync(
        [
          "nsenter",
          `--pid=/proc/${deep.levels[1]?.init}/ns/pid`,
          ...["unshare", "-m", "sh", "-c", `${mount}exec "$@"`, "sh", ...command],
        ],
        { env: environmentFor(root) },
      ).stdout.toString();
    };
    const inner = JSON.parse(look(true, "--json", String(one))) as ProcessFacts;
    assert.equal(
      inner.levels.map(({ level, pid }) => [level, pid]),
      [
        [0, one],
        [1, two],
      ],
    );
    assert.equal(
      inner.levels.map(({ pidns }) => pidns),
      deep.levels.slice(1).map(({ pidns }) => pidns),
    );
    assert.match(look(true, String(one)), /those above it cannot be seen from inside/);
    const back = JSON.parse(look(true, "--json", String(two), "--from", String(one)));
    assert.is(back.pid, one);
    // With the host's /proc still there, its numbers are not those that this observer could use.
    assert.match(look(false, String(deep.pid)), /which is not this program's own/);
    const guest = Bun.spawn([
      ...["nsenter", "-t", String(deep.levels[1]?.init), "-p", "sleep", mark],
    ]);
    using _guest = killedAtEnd(guest);
    const joined = () =>
      alive(mark)
        .map(Number)
        .find((pid) => pid !== deep.pid && nspid(pid).length > 1);
    for (let tries = 0; tries < 400 && joined() === undefined; tries++) await Bun.sleep(25);
    assert.equal(factsOf(root, String(joined())).sandbox, {
      run: "inside",
      path: "",
      kind: "joined",
    });
    process.kill(joined() ?? 0, "SIGKILL");
    await guest.exited;
    await run.stop();
  });
}

for (const engine of engines) {
  const name = `a process in a container of ${engine.name}, there and back`;
  if (engine.obstacle !== null) {
    console.log(`SKIP ${engine.obstacle}`);
    test.skip(name, () => {});
    continue;
  }
  test(name, async () => {
    const container = await startContainer(engine);
    try {
      for (const pid of container.pids) {
        const facts = factsOf(root, String(pid));
        assert.equal(
          facts.levels.map((level) => level.pid),
          nspid(pid),
        );
        assert.is(facts.levels[1]?.init, container.pids[0]);
        assert.is(facts.container?.engine, engine.name);
        assert.is(facts.container?.id, container.id);
        const inner = String(nspid(pid).at(-1));
        assert.is(factsOf(root, inner, "--from", String(container.pids[1])).pid, pid);
      }
      const [ordinary] = users.slice(1);
      if (ordinary === undefined) return;
      const [init] = container.pids;
      const shown = factsOf(ordinary, String(init));
      assert.equal(
        shown.levels.map(({ pid, pidns }) => [pid, pidns === null]),
        [
          [init, false],
          [1, true],
        ],
      );
      const { code, err } = sandbox(ordinary, "pid", "1", "--from", String(init));
      assert.is(code, 1);
      assert.match(err, /the PID namespace of process \d+ is not ours to see/);
    } finally {
      await container.stop();
    }
  });
}

test.run();
