/** What the processes of a detached run print is kept, in bounded files, whatever they and the disk do. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LOG_FILE_COUNT, LOG_FILE_SIZE_MAX } from "../../src/base/log-limits.ts";
import {
  type DetachedRun,
  detachedRun,
  keptOf,
  missingOf,
  pause,
  signal,
  signalled,
  startDetachedRun,
  starterOf,
  textOf,
  writePlan,
} from "../detached-run.ts";
import { alive, environmentFor, freshMark, root, sandbox, scratch, users } from "../sandbox.ts";

const test = suite("logs");
const shim = process.env["SANDBOX_SHIM"] || `${root}/native/build/sandbox-shim`;

const one = (shell: string, more = "") =>
  `sandbox: one\n${more}processes: {p: {shell: ${JSON.stringify(shell)}}}\n`;

async function until(holds: () => boolean, ms = 10_000): Promise<boolean> {
  const end = performance.now() + ms;
  while (!holds() && performance.now() < end) await Bun.sleep(10);
  return holds();
}

/** Bytes on disk of the run's log files. */
function sizeOf({ directory }: DetachedRun): number {
  const logs = join(directory, "logs");
  return fs.readdirSync(logs).reduce((sum, name) => sum + fs.statSync(join(logs, name)).size, 0);
}

for (const user of users) {
  const runs = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";

  test(`${user.name}: the last byte and a last line without newline are kept`, async () => {
    await using run = await startDetachedRun(
      user,
      "last",
      one("seq 1000; printf end; printf x >&2"),
    );
    assert.is(await run.ended(), 0);
    const pieces = keptOf(run, 1);
    const lines = Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`);
    assert.is(textOf(pieces, "stdout"), `${lines.join("")}end`);
    assert.is(textOf(pieces, "stderr"), "x");
    assert.is(missingOf(pieces), 0);
    const open = pieces.filter(({ bytes, isContinued }) => bytes.length === 0 && isContinued);
    assert.equal(open.map(({ stream }) => stream).toSorted(), ["stderr", "stdout"]);
    assert.is(fs.statSync(join(run.directory, "logs")).mode & 0o777, 0o700);
    assert.is(fs.statSync(join(run.directory, "logs/1.1")).mode & 0o777, 0o600);
  });

  test(`${user.name}: lines of both streams are in the order and at the time they were printed`, async () => {
    const shell = "for i in 1 2 3 4 5; do echo o$i; sleep 0.05; echo e$i >&2; sleep 0.05; done";
    const before = Date.now();
    await using run = await startDetachedRun(user, "order", one(shell));
    assert.is(await run.ended(), 0);
    const pieces = keptOf(run, 1);
    assert.is(textOf(pieces), "o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\n");
    const times = pieces.map(({ atMs }) => atMs);
    assert.equal(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.ok((times[0] ?? 0) >= before && (times.at(-1) ?? 0) <= Date.now());
  });

  test(`${user.name}: processes that flood, close their streams and leave others writing`, async () => {
    const spec = `sandbox: hostile
until: last
stop: {grace: 100ms}
processes:
  flood: {shell: "exec yes", expect: {signal: TERM}}
  closes: {shell: "echo before; exec >&- 2>&-; sleep 0.3"}
  leaves: {shell: "(sleep 0.5; echo late) & echo early"}
  empty: {shell: "printf ''"}
  last: sleep 1
`;
    await using run = await startDetachedRun(user, "hostile", spec);
    assert.is(await run.ended(), 0);
    assert.is(textOf(keptOf(run, 2)), "before\n");
    assert.is(textOf(keptOf(run, 3)), "early\nlate\n");
    assert.is(textOf(keptOf(run, 4)), "");
    const flood = keptOf(run, 1);
    assert.ok(/^(y?\n)?(y\n)+y?$/.test(textOf(flood).slice(-1000)));
    assert.ok(sizeOf(run) <= 2 * LOG_FILE_COUNT * LOG_FILE_SIZE_MAX);
  });

  for (const extra of ["", "init: p\n", "namespaces: {pid: inherit}\n"]) {
    const kind = extra.trim() || "its own PID namespace";
    const slot = extra === "init: p\n" ? 0 : 1;

    test(`${user.name}: a run outlives its starter, killed at any moment (${kind})`, async () => {
      const image = writePlan(user, "killed", one("echo a; sleep 0.7; echo b", extra));
      for (const ms of [0, 20]) {
        const starter = starterOf(user, image, "killed");
        const directory = join(runs, "killed");
        assert.ok(await until(() => detachedRun(directory, "killed").monitorPid > 0));
        await Bun.sleep(ms);
        starter.kill("SIGKILL");
        await starter.exited;
        await using run = detachedRun(directory, "killed");
        assert.is(await run.ended(), 0);
        assert.is(textOf(keptOf(run, slot)), "a\nb\n");
      }
    });

    test(`${user.name}: SIGKILL of the shim's first process ends it, and its logs stay (${kind})`, async () => {
      const mark = freshMark();
      const spec = one(`echo a; sleep ${mark}`, extra);
      await using run = await startDetachedRun(user, "beheaded", spec);
      assert.ok(await until(() => textOf(keptOf(run, slot, false)) === "a\n"));
      process.kill(run.pid, "SIGKILL");
      assert.ok(await until(() => alive(mark).length === 0));
      assert.ok(await until(() => alive(`${run.directory}/plan`).length === 0));
      assert.is(textOf(keptOf(run, slot)), "a\n");
      const listed = Bun.spawnSync([...user.prefix, shim, "runs", runs]).stdout.toString();
      assert.is(listed, `ended ${run.directory}\0`);
    });

    test(`${user.name}: it has no terminal and no stream of its starter, and ends by a signal (${kind})`, async () => {
      const mark = freshMark();
      await using run = await startDetachedRun(
        user,
        "alone",
        one(`trap 'exit 0' TERM; sleep ${mark} & wait`, extra),
      );
      // Nobody else may look into it.
      for (const fd of process.getuid?.() === 0 ? [0, 1, 2] : []) {
        assert.match(fs.readlinkSync(`/proc/${run.monitorPid}/fd/${fd}`), /\/null$/);
      }
      const [, session] = /\) \S \d+ \d+ (\d+) 0 /.exec(
        fs.readFileSync(`/proc/${run.monitorPid}/stat`, "latin1"),
      ) ?? ["", ""];
      assert.is.not(session, "", "a session without a terminal");
      assert.is(await run.ended("stop"), 130);
      assert.ok(await until(() => alive(mark).length === 0));
      assert.ok(await until(() => alive(`${run.directory}/plan`).length === 0));
      assert.not.ok(fs.existsSync(join(run.directory, "control")));
    });
  }

  test(`${user.name}: after SIGKILL of the monitor what was printed before is there`, async () => {
    await using run = await startDetachedRun(
      user,
      "killed-monitor",
      one("i=0; while :; do i=$((i+1)); echo $i; done"),
    );
    await Bun.sleep(500);
    process.kill(run.monitorPid, "SIGKILL");
    assert.is(await run.ended(), null);
    const pieces = keptOf(run, 1);
    const lines = textOf(pieces).split("\n");
    assert.ok(lines.length > 1_000, String(lines.length));
    assert.ok(lines.slice(0, -1).every((line, index) => line === String(index + 1)));
    assert.ok(missingOf(pieces) <= 65_536);
    assert.match(sandbox(user, "ls").err, /nothing is running/);
    assert.ok(fs.existsSync(join(run.directory, "logs/1.1")));
  });

  test(`${user.name}: a limit on the size of files makes them smaller`, async () => {
    const prefix = ["prlimit", `--fsize=${9_000_000}`];
    await using run = await startDetachedRun(user, "limited", one("seq 5000000"), { prefix });
    assert.is(await run.ended(), 0);
    assert.ok(sizeOf(run) <= LOG_FILE_COUNT * 9_000_000);
    assert.ok(textOf(keptOf(run, 1)).endsWith("\n4999999\n5000000\n"));
  });

  if (process.getuid?.() === 0) {
    test(`${user.name}: a full disk costs what finds no space, which is counted; then it goes on`, async () => {
      const disk = fs.mkdtempSync(join(scratch, "disk-"));
      const owner = user.name === "root" ? "" : ",uid=1000,gid=1000";
      Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=1m,mode=700${owner}`, "t", disk]);
      try {
        const shell = `seq 100; ${pause(1)}; seq 40000; ${pause(2)}; echo end; ${pause(3)}`;
        await using run = await startDetachedRun(user, "full", signalled("full", shell), {
          runs: disk,
        });
        assert.ok(await until(() => textOf(keptOf(run, 1, false)).endsWith("\n100\n")));
        fill(join(disk, "filler"));
        signal(run);
        const total = 292 + 228_894;
        assert.ok(await until(() => printedBy(run) === total), String(printedBy(run)));
        fs.rmSync(join(disk, "filler"));
        signal(run);
        assert.ok(await until(() => textOf(keptOf(run, 1, false)).endsWith("end\n")));
        signal(run);
        assert.is(await run.ended(), 1);
        const pieces = keptOf(run, 1);
        const text = textOf(pieces);
        assert.ok(missingOf(pieces) > 100_000, String(missingOf(pieces)));
        assert.is(text.length + missingOf(pieces), total + "end\n".length);
        const seq = Array.from({ length: 40_000 }, (_, index) => `${index + 1}\n`);
        const whole = `${seq.slice(0, 100).join("")}${seq.join("")}`;
        assert.ok(whole.startsWith(text.slice(0, -"end\n".length)));
      } finally {
        Bun.spawnSync(["umount", "-l", disk]);
      }
    });
  }
}

/** Bytes that process 1 has printed, as the table counts them. */
function printedBy({ run }: DetachedRun): number {
  return keptOf({ run }, 1, true).reduce(
    (sum, { bytes, missing }) => sum + bytes.length + missing,
    0,
  );
}

/** A file that takes all the space there is. */
function fill(path: string): void {
  const fd = fs.openSync(path, "w");
  const block = new Uint8Array(4096).fill(1);
  try {
    while (fs.writeSync(fd, block) > 0);
  } catch {
    // It is full.
  } finally {
    fs.closeSync(fd);
  }
}

test.run();
