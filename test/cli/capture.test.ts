/** `sandbox capture`, then `up`: the same again, for what runs here and for what others made. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { specOfPlan } from "../../src/interop/spec-of-plan.ts";
import { specText } from "../../src/interop/spec-tree.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { canonicalReport } from "../../src/report/canonical.ts";
import type { Report, ReportProcess } from "../../src/report/report.ts";
import { engines, startContainer } from "../container.ts";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  reportsOf,
  root as repository,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";
import { killedAtEnd, startRun, whileRunning } from "../while-running.ts";

const test = suite("capture");

const root = users[0] as User;
/** Some at the same time: most of the time they sleep. */
const TOGETHER = 4;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<Result>(job: () => Promise<Result>): Promise<Result> {
  if (running >= TOGETHER) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    return await job();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

async function command(user: User, args: readonly string[], more: Record<string, string> = {}) {
  const child = Bun.spawn(commandFor(user, args), {
    env: { ...environmentFor(user), ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, out, err };
}

/** The canonical report of a spec's end, and that of what was captured from its run. */
async function bothEnds(user: User, name: string): Promise<readonly [Report, Report, string]> {
  const spec = join(repository, "sandboxes", `${name}.yaml`);
  await using run = await startRun(user, [spec]);
  // Its root init sleeps meanwhile, so that nothing of it is over on a busy machine.
  const init = run.report.processes[0]?.pids[0] ?? 0;
  process.kill(init, "SIGSTOP");
  const captured = await command(user, ["capture", String(init)]);
  process.kill(init, "SIGCONT");
  const text = await run.rest();
  assert.is(captured.code, 0, captured.err);
  const again = writeSpec(`captured-${name}-${user.name.replace(" ", "-")}`, captured.out);
  const after = await command(user, ["up", "--json", again]);
  const last = (out: string) => canonicalReport(reportsOf({ code: 0, out, err: "" })[1] as Report);
  return [last(text), last(after.out), captured.out + after.err];
}

/**
 * Those that live for long enough to be captured on a busy machine. Of every spec, also of these that
 * are over at once, `spec-of-plan.test.ts` shows that it comes back to the same plan.
 */
const LIVES = ["five-levels", "orphan", "pinned-pids", "siblings-same-pids"];

for (const user of users) {
  sandbox(user, "version"); // makes the user's directories
  const chosen = user === root ? LIVES : ["siblings-same-pids"];
  const ends = new Map(chosen.map((name) => [name, inTurn(() => bothEnds(user, name))]));
  for (const end of ends.values()) end.catch(() => {}); // the test that awaits it fails
  for (const [name, end] of ends) {
    test(`${name} as ${user.name}: what is captured by its plan ends in an equal report`, async () => {
      const [before, after, text] = await end;
      assert.is(before.phase, "ended");
      assert.equal(after, before, text);
    });
  }
}

/** Living promised processes, without their names: PIDs from level 1 on, state and command. */
function rowsOf({ processes }: Report): string[] {
  const isHere = ({ kind, state }: ReportProcess) => kind !== "forked" && state !== "exited";
  return processes
    .filter(isHere)
    .map(({ pids, state, argv }) => [...pids.slice(1), state, ...argv].join(" "))
    .toSorted();
}

/** The spec with everything in it sleeping, so that it is as it is for long. */
function sleepySpec(name: string, mark: string): string {
  const file = join(repository, "sandboxes", `${name}.yaml`);
  const load = (path: string) => fs.readFileSync(path, "utf8");
  const { ir } = checkSpec({ file, text: load(file) }, { load });
  assert.ok(ir);
  const text = specText(specOfPlan(planOf(ir)).root, []);
  return text.replace(/\bsleep [0-9.]+/g, `sleep ${mark}`).replace(/, expect: \{.*\}\}$/gm, "}");
}

/** With another run directory nothing is known of the run but what the kernel shows. */
const unknown = { SANDBOX_RUN_DIR: join(scratch, "nobody") };

async function capturedAgain(
  user: User,
  name: string,
): Promise<readonly [string[], string[], string]> {
  const mark = freshMark();
  const run = `f-${name}`;
  const spec = writeSpec(`${run}-${user.name.replace(" ", "-")}`, sleepySpec(name, mark));
  let before: string[] = [];
  let text = "";
  await whileRunning(
    user,
    spec,
    async ({ processes }, cli) => {
      const report = async () =>
        JSON.parse((await command(user, ["report", run, "--format", "json"])).out) as Report;
      let now = await report();
      // Scripts that become a sleep: until they are one, they are not what they will be.
      const isBecoming = ({ argv, state }: ReportProcess) =>
        state === "running" && argv.join(" ").includes("exec ");
      for (let tries = 0; tries < 100 && now.processes.some(isBecoming); tries++)
        now = await report();
      before = rowsOf(now);
      text = (await command(user, ["capture", String(processes[0]?.pids[0])], unknown)).out;
      process.kill(cli, "SIGINT");
    },
    "--name",
    run,
  );
  const again = writeSpec(`again-${name}-${user.name.replace(" ", "-")}`, text);
  const { out, err } = await command(user, ["up", "--json", "--for", "0s", again]);
  const [started] = reportsOf({ code: 0, out, err });
  assert.ok(started, text + err);
  return [before, rowsOf(started), text];
}

/** What is different in kind: both ways of being init, copies, forks, pins, depth. */
const CAPTURED = ["init-death", "params", "pinned-pids", "replicas", "thirty-one-levels"];

for (const user of users) {
  // The helper that makes an ordinary user's namespaces moves numbers that no pin can request.
  const chosen = user.name === "root" ? CAPTURED : ["russian-doll"];
  const observed = new Map(chosen.map((name) => [name, inTurn(() => capturedAgain(user, name))]));
  for (const each of observed.values()) each.catch(() => {});
  for (const [name, each] of observed) {
    test(`${name} as ${user.name}: what is captured by the kernel's word has equal PIDs`, async () => {
      const [before, after, text] = await each;
      assert.ok(before.length > 0);
      assert.equal(after, before, text);
    });
  }
}

test("a part of a run is captured by its name: a sandbox, or one process", async () => {
  const mark = freshMark();
  const spec = writeSpec(
    "part",
    `sandbox: part
processes: {top: sleep ${mark}}
sandboxes:
  outer:
    hostname: outer
    sandboxes: {inner: {processes: {a: {run: sleep ${mark}, depends_on: [top]}, b: {run: sleep ${mark}, replicas: 2}}}}
`,
  );
  await whileRunning(
    root,
    spec,
    (_, cli) => {
      const inner = sandbox(root, "capture", "part/outer/inner").out;
      assert.match(inner, /^sandbox: inner\nhostname: outer$/m);
      assert.match(inner, /# waited for top, which is not here\n/);
      assert.match(inner, new RegExp(`b: \\{run: sleep ${mark}, replicas: 2\\}`));
      const one = sandbox(root, "capture", "outer/inner/b.2").out;
      assert.match(one, new RegExp(`b-2: \\{run: sleep ${mark}, pid: 4\\}`));
      const whole = join(scratch, "whole.yaml");
      assert.is(sandbox(root, "capture", String(cli), "-o", whole).code, 0);
      assert.match(fs.readFileSync(whole, "utf8"), /^sandbox: part$/m);
      const twice = sandbox(root, "capture", String(cli), "-o", whole);
      assert.is(twice.code, 1);
      assert.match(twice.err, /it is there already/);
      process.kill(cli, "SIGINT");
    },
    "--name",
    "part",
  );
});

test("who is not there, or not ours to see, is said to be so", () => {
  assert.match(sandbox(root, "capture", "4194303").err, /there is no process 4194303 here/);
  const tid = fs.readdirSync("/proc/self/task").find((each) => Number(each) !== process.pid) ?? "";
  assert.match(sandbox(root, "capture", tid).err, `it is a thread of process ${process.pid}`);
  const [, ordinary] = users;
  if (ordinary === undefined) return;
  const { code, out, err } = sandbox(ordinary, "capture", String(process.pid));
  assert.is(code, 1, out);
  assert.match(err, /the namespaces of process \d+ are not ours to see/);
});

if (root.name !== "root") {
  console.log("SKIP this machine's root is needed to make namespaces without a user namespace");
  test.skip("what unshare has made", () => {});
} else {
  test("who is not ours to see is said to be so, though a child of its with a lower PID is ours", () => {
    const mark = freshMark();
    const [, ordinary] = users as [User, User];
    const last = "/proc/sys/kernel/ns_last_pid";
    const ours = [...ordinary.prefix, "sleep", mark].join(" ");
    const parent = `echo 100 > ${last}; ${ours} & exec sleep ${mark}`;
    const script = `echo 5000 > ${last}; sh -c "${parent}" & until pgrep -P 5001; do :; done; exec "$@"`;
    const shell = ["unshare", "-pf", "--mount-proc", "--kill-child", "sh", "-c", script, "-"];
    const ran = Bun.spawnSync([...shell, ...commandFor(ordinary, ["capture", "5001"])], {
      env: environmentFor(ordinary),
    });
    assert.match(ran.stderr.toString(), /the namespaces of process 5001 are not ours to see/);
  });

  test("what unshare has made is a sandbox, its maker is left out", async () => {
    const mark = freshMark();
    const script = `hostname deep; sleep ${mark} & exec sleep ${mark}`;
    const child = Bun.spawn(
      ["unshare", "-puf", "--mount-proc", "--kill-child", "sh", "-c", script],
      {
        stdio: ["ignore", "ignore", "ignore"],
      },
    );
    using _child = killedAtEnd(child);
    const sleepers = () =>
      alive(mark).filter((pid) => fs.readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n");
    for (let tries = 0; tries < 400 && sleepers().length < 2; tries++) await Bun.sleep(25);
    const text = sandbox(root, "capture", "--forked", String(child.pid)).out;
    assert.match(text, /Left out: \d+ \(unshare -puf/);
    assert.match(text, /^hostname: deep$/m);
    const { out, err } = sandbox(root, "up", "--json", "--for", "0s", writeSpec("unshared", text));
    const inner = sleepers().map((pid) =>
      Number(/^NSpid:.*\t(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]),
    );
    const [started] = reportsOf({ code: 0, out, err });
    assert.equal(
      started?.processes.map(({ pids }) => pids[1]).toSorted(),
      inner.toSorted(),
      text + err,
    );
    child.kill("SIGKILL");
    await child.exited;
  });
}

for (const engine of engines) {
  const name = `a container of ${engine.name}`;
  if (engine.obstacle !== null) {
    console.log(`SKIP ${engine.obstacle}`);
    test.skip(name, () => {});
    continue;
  }
  test(`${name} becomes a sandbox with its own init, and says what cannot be kept`, async () => {
    const container = await startContainer(engine);
    try {
      const { out, code } = sandbox(root, "capture", String(container.pids[0]));
      assert.is(code, 0);
      assert.equal(checkSpec({ file: "container.yaml", text: out }).diagnostics, []);
      assert.match(out, /^init: pause$/m);
      assert.match(out, new RegExp(`^hostname: ${engine.name}$`, "m"));
      assert.match(out, /namespaces: \{net: new/);
      assert.match(out, /# its root was another tree/);
      assert.match(out, /# had forked \/bin\/pause/);
    } finally {
      await container.stop();
    }
  });
}

test.run();
