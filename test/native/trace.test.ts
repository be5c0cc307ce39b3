/** A traced run: nothing is missed, and nothing is different but slower. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { canonicalReport } from "../../src/report/canonical.ts";
import type { Report, ReportTraceEvent } from "../../src/report/report.ts";
import { decodeTrace } from "../../src/wire/trace.ts";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  reportsOf,
  root,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";
import { startRun } from "../while-running.ts";

const test = suite("trace");

/** Who is traced by what; what is not given to a shim, it chooses itself. */
interface Way {
  readonly name: string;
  readonly user: User;
  readonly tracer: "bpf" | "ptrace";
}

/** A program of this folder, where a sandbox sees it. */
function compiled(name: string): string {
  const dir = fs.mkdtempSync("/var/tmp/sandbox-test-");
  process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));
  fs.chmodSync(dir, 0o755);
  const made = Bun.spawnSync([
    ...["cc", "-O2", "-static", "-o", join(dir, name)],
    join(import.meta.dir, `${name}.c`),
  ]);
  assert.is(made.exitCode, 0, made.stderr.toString());
  return join(dir, name);
}

const hello = writeSpec("hello", "sandbox: hello\nprocesses: {a: 'true'}\n");
/** What the shim chooses by itself: BPF where the host has it, and there both can be tried. */
const ways: readonly Way[] = users.flatMap((user) => {
  const chosen = traced({ user }, hello).report.tracer?.by;
  return (chosen === "bpf" ? (["bpf", "ptrace"] as const) : (["ptrace"] as const)).map(
    (tracer) => ({ name: `by ${tracer} as ${user.name}`, user, tracer }),
  );
});

function traced(
  { user, tracer }: Omit<Way, "name" | "tracer"> & { tracer?: Way["tracer"] },
  spec: string,
): { code: number; err: string; report: Report; events: readonly ReportTraceEvent[] } {
  process.env["SANDBOX_TRACER"] = tracer ?? "";
  const ran = sandbox(user, "up", "--json", "--trace", spec);
  const report = reportsOf(ran)[1] as Report;
  return { code: ran.code, err: ran.err, report, events: report?.trace ?? [] };
}

const storm = compiled("storm");

for (const way of ways) {
  test(`each process of a small run, in order, ${way.name}`, () => {
    const spec = writeSpec(
      "small",
      `sandbox: small
processes:
  a: {shell: "(true) & sh -c 'exit 3'; wait; kill -9 $$", expect: {signal: KILL}}
sandboxes:
  inner:
    init: app
    processes:
      app: {shell: "sh -c 'exit 4'; trap 'exit 0' USR1; while :; do :; done"}
      w: {shell: "while kill -USR1 1; do :; done"} # app must not end before this one is there
`,
    );
    const { code, err, report, events } = traced(way, spec);
    assert.is(code, 0, err);
    const texts = (path: RegExp) =>
      events
        .filter((event) => path.test(event.path))
        .map(({ event, argv, exit }) =>
          [event, ...(argv ?? []), ...(exit ? [JSON.stringify(exit)] : [])].join(" "),
        );
    assert.equal(texts(/^a$/), [
      "fork",
      "exec /bin/sh -c (true) & sh -c 'exit 3'; wait; kill -9 $$",
      'exit {"signal":"KILL"}',
    ]);
    assert.equal(texts(/^a\+/).toSorted(), [
      "exec sh -c exit 3",
      'exit {"code":0}',
      'exit {"code":3}',
      "fork",
      "fork",
    ]);
    assert.equal(texts(/^inner\/app\+/), ["fork", "exec sh -c exit 4", 'exit {"code":4}']);
    // PIDs at every level, of processes that are long gone.
    const gone = report.processes.filter(({ kind }) => kind === "forked");
    assert.equal(
      gone.map(({ path, pids, ppids }) => [path.replace(/\d+$/, "N"), pids.length, ppids.at(-1)]),
      [
        ["a+N", 2, 3],
        ["a+N", 2, 3],
        ["inner/app+N", 3, 1],
      ],
    );
    for (const event of events) assert.ok(event.path !== "", JSON.stringify(event));
    const times = events.map(({ at_ns: at }) => at);
    assert.equal(
      times,
      times.toSorted((a, b) => a - b),
    );
  });

  test(`10,000 forks in a storm: each one, its exec and its end are there, ${way.name}`, () => {
    // The storms' orphans have time to end by themselves: with the sandbox they would be killed.
    const spec = writeSpec(
      "storm",
      `sandbox: storm
processes:
  s: {run: [${storm}, "5000"], replicas: 2}
  orphans: {run: sleep 1, depends_on: {s: exited}}
`,
    );
    const { code, err, report, events } = traced(way, spec);
    assert.is(code, 0, err);
    assert.equal(report.tracer, { by: way.tracer, lost: 0 });
    const below = events.filter(({ path }) => path.includes("+"));
    const lives = new Map<string, string[]>();
    for (const { path, event, exit } of below)
      lives.set(path, [...(lives.get(path) ?? []), event + (exit ? JSON.stringify(exit) : "")]);
    const counts: Record<string, number> = {};
    for (const life of lives.values()) {
      const key = life.join(" ");
      counts[key] = (counts[key] ?? 0) + 1;
    }
    assert.equal(counts, {
      'fork exec exit{"code":3}': 2_500,
      'fork exit{"code":5}': 2_500,
      'fork exit{"code":6}': 2_500,
      'fork exit{"code":7}': 2_500,
      'fork exit{"signal":"USR1"}': 2_500,
    });
    const forked = report.processes.filter(({ kind }) => kind === "forked");
    assert.is(new Set(forked.map(({ path }) => path)).size, 12_500);
    for (const { pids, ppids, exit, path } of forked) {
      assert.ok(pids.length === 2 && Number(pids[1]) > 3, path);
      const isOfStorm = ppids[1] === 2 || ppids[1] === 3;
      assert.is(isOfStorm, JSON.stringify(exit) !== '{"code":5}', path);
    }
  });

  test(`stops, signals and threads go on as they would, ${way.name}`, () => {
    const spec = writeSpec(
      "signals",
      `sandbox: signals
processes:
  stopped: {shell: "sh -c 'kill -STOP $$; exit 5' & sleep 0.2; grep -q 'State:.[Tt]' /proc/$!/status || exit 1; kill -CONT $!; wait $!; [ $? -eq 5 ]"}
  trapped: {shell: "trap 'exit 6' TERM; kill -TERM $$; exit 1", expect: {exit: 6}}
  trap: {shell: "kill -TRAP $$", expect: {signal: TRAP}}
  threads: {run: [python3, -c, "import threading; t=[threading.Thread(target=lambda: None) for _ in range(20)]; [x.start() for x in t]; [x.join() for x in t]"]}
`,
    );
    const { code, err, report, events } = traced(way, spec);
    assert.is(code, 0, err);
    assert.equal(
      report.processes.filter(({ path }) => path.startsWith("threads+")),
      [],
    );
    assert.is(events.filter(({ path, event }) => path === "threads" && event === "exit").length, 1);
  });

  test(`what threads do is done by their process, ${way.name}`, () => {
    const thread = (what: string) =>
      `import ctypes, os, threading, time; raw = ctypes.CDLL(None).syscall; t = threading.Thread(target=lambda: ${what}); t.start(); t.join(); os._exit(1)`;
    // The number of exit(2), which ends a thread; the C library's _exit ends all of them.
    const exit = process.arch === "x64" ? 60 : 93;
    const spec = writeSpec(
      "of-threads",
      `sandbox: of-threads
processes:
  forks: {run: [python3, -c, ${JSON.stringify(thread("os._exit(os.waitstatus_to_exitcode(os.waitpid(os.fork() or os._exit(4), 0)[1]))"))}], expect: {exit: 4}}
  execs: {run: [python3, -c, ${JSON.stringify(thread("os.execv('/bin/sh', ['sh', '-c', 'exit 9'])"))}], expect: {exit: 9}}
  leader-ends: {run: [python3, -c, ${JSON.stringify(thread("time.sleep(0.2) or os._exit(3)").replace("t.join()", `raw(${exit}, 8)`))}], expect: {exit: 3}}
  all-end: {run: [python3, -c, ${JSON.stringify(thread(`time.sleep(0.2) or raw(${exit}, 6)`).replace("t.join()", `raw(${exit}, 8)`))}]}
  killed: {run: [python3, -c, ${JSON.stringify(thread("os.kill(os.getpid(), 9)"))}], expect: {signal: KILL}}
  dumps: {run: [python3, -c, ${JSON.stringify(thread("os.abort()"))}], expect: {signal: ABRT}}
`,
    );
    const { code, err, report, events } = traced(way, spec);
    assert.ok(code <= 1 && !err.includes("expect"), err);
    for (const { path, pids, exit } of report.processes.filter(({ kind }) => kind === "declared")) {
      const ends = events.filter((event) => event.path === path && event.event === "exit");
      assert.equal([path, ...ends.map((event) => [event.pids, event.exit])], [path, [pids, exit]]);
    }
    const of = (path: RegExp) =>
      events
        .filter((event) => path.test(event.path))
        .map(({ event, parent, argv, exit }) => [event, parent, argv?.slice(0, 2) ?? null, exit]);
    assert.equal(of(/^forks\+/), [
      ["fork", "forks", null, null],
      ["exit", null, null, { code: 4 }],
    ]);
    assert.equal(of(/^execs$/).slice(1), [
      ["exec", null, ["python3", "-c"], null],
      ["exec", null, ["sh", "-c"], null],
      ["exit", null, null, { code: 9 }],
    ]);
  });

  for (const victim of ["tracer", "cli", "monitor"] as const) {
    test(`SIGKILL of the ${victim} leaves nothing, ${way.name}`, async () => {
      const mark = freshMark();
      const spec = writeSpec(
        "killed",
        `sandbox: killed\nprocesses: {a: {shell: "sleep ${mark} & sleep ${mark}"}}\n`,
      );
      await using traced = await startRun(way.user, ["--trace", spec], {
        SANDBOX_TRACER: way.tracer,
      });
      const { report } = traced;
      const monitor = Number(report.processes[0]?.ppids[0]);
      const tracer = Number(
        /^PPid:\t(\d+)$/m.exec(fs.readFileSync(`/proc/${monitor}/status`, "utf8"))?.[1],
      );
      process.kill({ tracer, cli: traced.pid, monitor }[victim], "SIGKILL");
      for (let tries = 0; tries < 100 && alive(mark).length > 0; tries++) await Bun.sleep(20);
      assert.equal(alive(mark), []);
      await traced.rest();
      await traced.exited;
      const run = environmentFor(way.user)["SANDBOX_RUN_DIR"] ?? "";
      for (let tries = 0; tries < 100 && fs.readdirSync(run).length > 0; tries++)
        await Bun.sleep(20);
      assert.equal(fs.readdirSync(run), []);
    });
  }
}

if (ways.some(({ tracer }) => tracer === "bpf")) {
  const [user = users[0] as User] = users;

  test("by bpf, what is traced may trace, and sees nothing of it", () => {
    const spec = writeSpec(
      "inside",
      `sandbox: inside
processes:
  untraced: {shell: "grep -q 'TracerPid:.0' /proc/self/status"}
  traces: {run: [python3, -c, "import ctypes, os; os._exit(ctypes.CDLL(None).ptrace(0, 0, 0, 0) != 0)"]}
  stopped: {shell: "sh -c 'kill -STOP $$' & until grep -q 'State:.T' /proc/$!/status; do :; done; kill -KILL $!"}
`,
    );
    const { code, err, report } = traced({ user, tracer: "bpf" }, spec);
    assert.is(code, 0, err);
    assert.is(report.tracer?.by, "bpf");
  });

  test("by bpf, what finds no room is counted", () => {
    // Arguments that are longer than the whole of the small ring.
    const spec = writeSpec(
      "lost",
      `sandbox: lost\nprocesses: {a: {run: ["true", "${"x".repeat(5_000)}"]}, b: "true"}\n`,
    );
    const plan = join(scratch, "lost.plan");
    assert.is(sandbox(user, "plan", "-o", plan, spec).code, 0);
    const decoded = (ring: string) => {
      const file = join(scratch, "lost.trace");
      const fd = fs.openSync(file, "w");
      const shim = process.env["SANDBOX_SHIM"] || `${root}/native/build/sandbox-shim`;
      const ran = Bun.spawnSync(
        [shim, "run", plan, "--trace", "3", "--tracer", "bpf", "--trace-ring", ring],
        { stdio: ["ignore", "ignore", "pipe", fd] },
      );
      fs.closeSync(fd);
      const trace = decodeTrace(fs.readFileSync(file));
      assert.ok(trace);
      assert.is(trace.isFinished, true);
      return { code: ran.exitCode, missed: trace.missed, sum: trace.events.length + trace.missed };
    };
    const [small, large] = [decoded("4096"), decoded("4194304")];
    assert.is(large.missed, 0);
    assert.equal([small.code, large.code], [1, 0], "a trace that is not whole is no success");
    assert.ok(small.missed > 0);
    assert.is(small.sum, large.sum);
  });
} else {
  test.skip("by bpf: this host, or this user, cannot (`sandbox doctor` says why)", () => {});
}

for (const { name, user, tracer } of ways) {
  test(`doctor says what it is traced by, ${name}`, () => {
    process.env["SANDBOX_TRACER"] = "";
    const line = (text: string) => text.split("\n").find((each) => each.includes("tracing")) ?? "";
    const chosen = line(sandbox(user, "doctor").out);
    if (user.prefix.length > 0)
      assert.match(chosen, /^ok +tracing +by ptrace.*\(EPERM\): run as root/);
    process.env["SANDBOX_TRACER"] = tracer;
    const asked = sandbox(user, "doctor");
    assert.match(line(asked.out), new RegExp(`^ok +tracing +by ${tracer}`, "i"));
    process.env["SANDBOX_TRACER"] = "bpf";
    const wanted = sandbox(user, "doctor");
    const isThere = /^ok +tracing +by bpf/i.test(line(wanted.out));
    assert.is(isThere, /by bpf/i.test(chosen));
    if (!isThere) {
      assert.match(line(wanted.out), /^no +tracing +sandbox-shim: trace: BPF/);
      const ran = sandbox(user, "up", "--trace", hello);
      assert.is(ran.code, 3);
      assert.match(ran.err, /error\[SBX4009\]: the run cannot be traced/);
    }
  });
}

/** How everything ended that a spec promises. */
async function endsOf(
  user: User,
  file: string,
  tracer: Way["tracer"] | null,
): Promise<{ code: number; rows: unknown[] }> {
  const options = tracer === null ? [] : ["--trace"];
  const child = Bun.spawn(commandFor(user, ["up", "--json", ...options, file]), {
    env: { ...environmentFor(user), SANDBOX_TRACER: tracer ?? "" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const out = await new Response(child.stdout).text();
  const code = await child.exited;
  const last = reportsOf({ code, out, err: "" })[1];
  // An idle init ends by itself or with the one above, as it comes: that is no difference.
  const rows = (last ? canonicalReport(last).processes : [])
    .filter(({ kind }) => kind !== "forked")
    .map(({ path, pids, exit, ended_by: by }) => [path, pids, exit, by]);
  return { code, rows };
}

for (const name of ["stubborn-init", "init-death", "orphan", "thirty-one-levels", "dependencies"]) {
  test(`${name}: the traced run ends as the other one does`, async () => {
    const file = `${root}/sandboxes/${name}.yaml`;
    const runs = ways.flatMap(({ user, tracer }) => [
      endsOf(user, file, tracer),
      endsOf(user, file, null),
    ]);
    const ends = await Promise.all(runs);
    for (const [index, { name: way }] of ways.entries()) {
      assert.equal(ends[2 * index], ends[2 * index + 1], way);
      assert.ok((ends[2 * index]?.rows.length ?? 0) > 0, way);
    }
  });
}

test.run();
