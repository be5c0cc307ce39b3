/** A report is whole, or says what is missing and why; a trace that is not whole is no success. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lookPath } from "../../src/host/shim-path.ts";
import type { Report } from "../../src/report/report.ts";
import {
  commandFor,
  environmentFor,
  reportsOf,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("complete");
const isRoot = process.getuid?.() === 0;
const first = users[0] as User;
const ordinary = users.at(-1) as User;
sandbox(first, "version"); // makes the users' directories
sandbox(ordinary, "version");

interface Ran {
  readonly code: number;
  readonly err: string;
  readonly reports: readonly Report[];
}

/** `up --json` as `user`, behind `around` (words of a command that runs another). */
function up(
  user: User,
  args: readonly string[],
  around: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Ran {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [...around, ...commandFor(user, ["up", "--json", ...args])],
    { env: { ...environmentFor(user), ...env }, stdin: "ignore", timeout: 60_000 },
  );
  const out = stdout.toString();
  return { code: exitCode, err: stderr.toString(), reports: reportsOf({ code: 0, out, err: "" }) };
}

const forks = ({ processes }: Report) => processes.filter(({ kind }) => kind === "forked");

/** What `report` says of a run that goes on, once it has so many forks, or after a while. */
async function lateReport(
  user: User,
  spec: string,
  count: number,
  around: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Report> {
  const options = { env: { ...environmentFor(user), ...env }, stdin: "ignore" } as const;
  const words = (...args: string[]) => [...around, ...commandFor(user, args)];
  const run = Bun.spawn(words("up", "--for", "20s", "--name", "late", spec), {
    ...options,
    stdout: "ignore",
    stderr: "ignore",
  });
  try {
    for (let tries = 0; ; tries++) {
      await Bun.sleep(200);
      const { stdout } = Bun.spawnSync(words("report", "late", "--format", "json"), options);
      const text = stdout.toString();
      const report = text === "" ? null : (JSON.parse(text) as Report);
      if (report !== null && (forks(report).length >= count || tries > 10)) return report;
      assert.ok(tries < 50, "there is no report");
    }
  } finally {
    run.kill("SIGTERM");
    await run.exited;
  }
}

/** A program that takes snapshots in another way. */
function lookWith(name: string, how: string): Record<string, string> {
  const path = join(scratch, `look-${name}`);
  fs.writeFileSync(path, `#!/bin/sh\n[ "$1" = snapshot ] && ${how}\nexec ${lookPath()} "$@"\n`);
  fs.chmodSync(path, 0o755);
  return { SANDBOX_LOOK: path };
}

const many = writeSpec(
  "many",
  'sandbox: many\nprocesses: {a: {shell: "sleep 31 & sleep 31 & wait", replicas: 100, stdout: "null"}}\n',
);

const FAILING: Readonly<Record<string, readonly [how: string, why: RegExp]>> = {
  "too little memory": ["ulimit -v 3500", /ENOMEM|SIGSEGV|exit code/],
  "too few descriptors": ["ulimit -n 3", /EMFILE/],
  "a snapshot that is killed": ["kill -KILL $$", /SIGKILL/],
  "a snapshot that says nothing": ["exit 3", /exit code 3/],
};

// A sanitizer needs terabytes of addresses for itself.
const hasSanitizer = process.env["ASAN_OPTIONS"] !== undefined;

for (const [name, [how, why]] of Object.entries(FAILING)) {
  if (hasSanitizer && how.startsWith("ulimit -v")) continue;
  test(`${name}: the report says that forks are missing, and the run has not failed`, () => {
    const { code, err, reports } = up(first, ["--for", "0s", many], [], lookWith(how, how));
    const [started] = reports;
    assert.ok(started);
    assert.is(started.complete, false);
    assert.is(started.incomplete[0]?.what, "processes");
    assert.match(started.incomplete[0]?.why ?? "", why);
    assert.match(err, /warning\[SBX4011\]: processes are missing from this report/);
    assert.is(code, 0);
  });
}

if (!hasSanitizer) {
  test("20 MB of address space are enough for a snapshot of 200 forks", async () => {
    const report = await lateReport(first, many, 200, [], lookWith("small", "ulimit -v 20000"));
    assert.is(report.complete, true);
    assert.is(forks(report).length, 200);
  });
}

// While it is so, other programs of the machine may be refused memory: a Bun beside it crashed.
if (process.env["SANDBOX_OVERCOMMIT"] !== "1") {
  const reason = "this machine's memory policy is changed only with SANDBOX_OVERCOMMIT=1";
  console.log(`SKIP ${reason}`);
  test.skip(reason, () => {});
} else if (isRoot) {
  test("where memory is never overcommitted, a snapshot is whole", async () => {
    const file = "/proc/sys/vm/overcommit_memory";
    const former = fs.readFileSync(file, "utf8");
    try {
      fs.writeFileSync(file, "2");
      const report = await lateReport(first, many, 200);
      assert.is(report.complete, true);
      assert.is(forks(report).length, 200);
    } finally {
      fs.writeFileSync(file, former);
    }
  });
}

test("a run whose monitor is killed has a last report, which is not whole", async () => {
  const spec = writeSpec("killed", "sandbox: killed\nprocesses: {a: sleep 30}\n");
  let text = "";
  const code = await whileRunning(first, spec, ({ processes }) => {
    process.kill(Number(processes[0]?.ppids[0]), "SIGKILL");
  });
  assert.is(code, 1);
  const child = Bun.spawn(commandFor(first, ["up", "--json", spec]), {
    env: environmentFor(first),
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const chunk of child.stdout) {
    const isFirst = text === "";
    text += new TextDecoder().decode(chunk);
    if (!isFirst) continue;
    const report = JSON.parse(text.split("\n")[0] ?? "") as Report;
    process.kill(Number(report.processes[0]?.ppids[0]), "SIGKILL");
  }
  const last = JSON.parse(text.trim().split("\n").at(-1) ?? "") as Report;
  assert.is(last.phase, "ended");
  assert.is(last.complete, false);
  assert.equal(
    last.incomplete.map(({ what }) => what),
    ["run"],
  );
  assert.equal(last.verdict.passed, false);
  assert.is(last.verdict.exit_code, 1);
  assert.is(last.processes.filter(({ state }) => state === "running").length, 0);
});

/** Some 4 MB of trace: each of the programs has 20 KB of arguments. */
const busy = writeSpec(
  "busy",
  'sandbox: busy\nprocesses: {f: {shell: "X=$(printf %020000d 0); for i in $(seq 200); do /bin/true $X; done"}}\n',
);
const tracers = isRoot ? ["bpf", "ptrace"] : ["ptrace"];

function assertTraceIsSaidToBeCut({ code, err, reports }: Ran, why: RegExp): void {
  const last = reports.at(-1);
  assert.ok(last);
  assert.is(last.complete, false);
  const gap = last.incomplete.find(({ what }) => what === "trace");
  assert.match(gap?.why ?? "", why);
  assert.ok((last.tracer?.lost ?? 0) > 0);
  assert.is(last.verdict.exit_code, 1);
  assert.equal(last.verdict.failures, []);
  assert.is(code, 1);
  assert.match(err, /warning\[SBX4011\]: this trace is not whole/);
}

for (const tracer of tracers) {
  test(`a limit on the size of files: the trace says what is missing, ${tracer}`, () => {
    const ran = up(first, ["--trace", busy], ["prlimit", "--fsize=2000000"], {
      SANDBOX_TRACER: tracer,
    });
    assertTraceIsSaidToBeCut(ran, /EFBIG/);
  });

  if (isRoot) {
    test(`a full disk: the trace says what is missing, ${tracer}`, () => {
      const dir = join(scratch, `full-${tracer}`);
      fs.mkdirSync(dir);
      const script = 'mount -t tmpfs -o size=200k,mode=700 t "$0" && exec "$@"';
      const ran = up(first, ["--trace", busy], ["unshare", "-m", "sh", "-c", script, dir], {
        SANDBOX_TRACER: tracer,
        SANDBOX_RUN_DIR: dir,
      });
      assertTraceIsSaidToBeCut(ran, /ENOSPC/);
    });
  }
}

/** Behind it, /proc is mounted anew with that option. */
const withProc = (option: string): readonly string[] => [
  ...["unshare", "-m", "sh", "-c"],
  `mount --make-rprivate / && umount -l /proc && mount -t proc -o ${option} proc /proc && exec "$@"`,
  "sh",
];

if (isRoot) {
  const nested = (mark: string) =>
    writeSpec(
      "nested",
      `sandbox: nested
processes: {a: {shell: "sleep ${mark} & /bin/true; wait"}}
sandboxes:
  in: {init: x, processes: {x: {shell: "sleep ${mark} & wait"}, y: {shell: "(sleep ${mark} & ) ; sleep ${mark}"}}}
  flat: {namespaces: {pid: inherit}, processes: {f: {shell: "sleep ${mark} & wait"}}}
`,
    );

  for (const option of ["hidepid=1", "hidepid=2"]) {
    test(`an ordinary user sees every fork under ${option}, with its parents`, async () => {
      const spec = nested("30");
      const open = await lateReport(ordinary, spec, 5, withProc("hidepid=0"));
      const hidden = await lateReport(ordinary, spec, 5, withProc(option));
      const shape = (report: Report) =>
        forks(report).map(({ sandbox, level, pids, ppids, argv }) =>
          JSON.stringify([
            sandbox,
            level,
            pids.length,
            ppids.length,
            ppids.slice(1).map((pid) => pid !== 0),
            argv.at(-1),
          ]),
        );
      assert.is(forks(open).length, 5);
      assert.equal(shape(hidden).toSorted(), shape(open).toSorted());
      assert.is(hidden.complete, true);
    });

    test(`an ordinary user's trace is whole under ${option}`, () => {
      const spec = nested("0.1");
      const lives = ({ trace = [] }: Report) =>
        trace.map(({ event, argv }) => `${event} ${argv?.at(-1) ?? ""}`).toSorted();
      const open = up(ordinary, ["--trace", spec]);
      const hidden = up(ordinary, ["--trace", spec], withProc(option));
      assert.is(hidden.code, 0, hidden.err);
      const last = hidden.reports.at(-1) as Report;
      assert.equal(last.tracer, { by: "ptrace", lost: 0 });
      assert.equal(lives(last), lives(open.reports.at(-1) as Report));
    });
  }

  test("a fork that stays hidden makes the report say so", async () => {
    // What its user may execute and not read is not dumpable, and so is hidden even from that one.
    const program = `/var/tmp/sandbox-test-hidden-${process.pid}`;
    fs.copyFileSync("/bin/sleep", program);
    fs.chmodSync(program, 0o711);
    try {
      const spec = writeSpec(
        "hides",
        `sandbox: hides\nprocesses: {p: {shell: "${program} 30 & wait"}}\n`,
      );
      const open = await lateReport(ordinary, spec, 1, withProc("hidepid=0"));
      assert.is(open.complete, true);
      const report = await lateReport(ordinary, spec, 1, withProc("hidepid=2"));
      assert.is(report.complete, false);
      assert.match(report.incomplete[0]?.why ?? "", /hidepid.*: 1 of them/);
    } finally {
      fs.rmSync(program);
    }
  });

  test("a procfs with subset=pid is enough to run and to report", () => {
    const spec = writeSpec("subset", "sandbox: subset\nprocesses: {a: 'true'}\n");
    const { code, err, reports } = up(first, [spec], withProc("subset=pid"));
    assert.is(code, 0, err);
    assert.is(reports.length, 2);
    assert.match(reports[1]?.observer.kernel ?? "", /^\d+\.\d+/);
  });
}

test.run();
