/** Directories of runs: unique names, a lock that shows who lives, and nothing left behind. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createRunDir, liveRuns, type RunDir, removeRunDir } from "../../src/engine/run-dir.ts";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  root,
  sandbox,
  scratch,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("run-dir");

const base = join(scratch, "in-process");
const isRoot = process.getuid?.() === 0;

test.before.each(() => {
  process.env["SANDBOX_RUN_DIR"] = base;
  fs.rmSync(base, { recursive: true, force: true });
});

function made(name: string, isChosen = false): RunDir {
  const result = createRunDir(name, isChosen, new Uint8Array());
  assert.ok(result.ok, JSON.stringify(result));
  return result.dir;
}

async function until(holds: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (!holds() && performance.now() < end) await Bun.sleep(20);
  return holds();
}

const commOf = (pid: string): string => {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
};

const names = () => liveRuns().map(({ name }) => name);

/** As a monitor leaves it that had begun: with a table in it. */
function beginIn(path: string): void {
  fs.mkdirSync(path, { recursive: true, mode: 0o700 });
  for (const file of ["lock", "table"]) fs.writeFileSync(join(path, file), "1");
}

test("a directory being made is left alone, and is no run", () => {
  const early = join(base, ".new-early");
  fs.mkdirSync(early, { recursive: true, mode: 0o700 });
  fs.chmodSync(base, 0o700);
  const dir = made("early");
  assert.is(dir.name, "early");
  assert.equal(names(), ["early"]);
  assert.ok(fs.existsSync(early));
  removeRunDir(dir);
});

test("of two with one name the second gets a number, or nothing where it was chosen", () => {
  const dirs = [made("twice"), made("twice")];
  assert.is(dirs[1]?.name, "twice-2");
  assert.equal(createRunDir("twice", true, new Uint8Array()), {
    ok: false,
    reason: "name-in-use",
    detail: "twice",
  });
  for (const dir of dirs) removeRunDir(dir);
  assert.equal(fs.readdirSync(base), []);
});

test("what a dead run left is removed by who looks, and its name is free at once", () => {
  fs.mkdirSync(base, { mode: 0o700 });
  beginIn(join(base, "dead"));
  assert.equal(names(), []);
  assert.equal(fs.readdirSync(base), []);
  beginIn(join(base, "dead"));
  removeRunDir(made("dead", true));
});

test("a lock tells that a run lives, whoever holds it and in whichever PID namespace", async () => {
  fs.mkdirSync(base, { mode: 0o700 });
  beginIn(join(base, "held"));
  const lock = join(base, "held/lock");
  const holder = Bun.spawn([
    ...(isRoot ? [] : ["unshare", "-Ur"]),
    ...["unshare", "-pf", "--kill-child", "flock", lock, "sleep", "30"],
  ]);
  const isHeld = () => Bun.spawnSync(["flock", "-n", lock, "true"]).exitCode === 1;
  assert.ok(await until(isHeld, 3_000));
  assert.equal(names(), ["held"]);
  assert.is(createRunDir("held", true, new Uint8Array()).ok, false);
  holder.kill("SIGKILL");
  await holder.exited;
  assert.ok(await until(() => names().length === 0, 2_000));
});

test("a directory that took the place of a removed one is not touched", () => {
  const first = made("same");
  fs.rmSync(first.path, { recursive: true });
  const second = made("same", true);
  removeRunDir(first);
  assert.equal(fs.readdirSync(second.path).toSorted(), ["lock", "plan", "table"]);
  removeRunDir(second);
});

test("a relative directory of the environment is ignored", () => {
  delete process.env["SANDBOX_RUN_DIR"];
  const before = process.cwd();
  process.chdir(scratch);
  process.env["XDG_RUNTIME_DIR"] = "relative";
  fs.mkdirSync("relative", { mode: 0o700 });
  try {
    const dir = made("relative");
    removeRunDir(dir);
    assert.not.match(dir.path, /relative\/sandbox/);
    assert.equal(fs.readdirSync("relative"), []);
  } finally {
    delete process.env["XDG_RUNTIME_DIR"];
    process.chdir(before);
  }
});

for (const user of users) {
  const env = environmentFor(user);
  const runs = env["SANDBOX_RUN_DIR"] ?? "";

  test(`${user.name}: the first run does not remove the directory of a second one of its name`, async () => {
    const mark = freshMark();
    const spec = writeSpec(`mixed-${mark}`, `sandbox: s\nprocesses: {p: sleep ${mark}}\n`);
    sandbox(user, "version");
    const start = () =>
      Bun.spawn(commandFor(user, ["up", "--name", "s", spec]), {
        env,
        stdio: ["ignore", "ignore", "ignore"],
      });
    const first = start();
    assert.ok(await until(() => alive(mark).length >= 2, 15_000));
    await Bun.sleep(300);
    fs.rmSync(join(runs, "s"), { recursive: true });
    const second = start();
    assert.ok(await until(() => fs.existsSync(join(runs, "s/table")), 5_000));
    await Bun.sleep(300);
    first.kill("SIGINT");
    await first.exited;
    assert.match(sandbox(user, "ls").out, /^s /m);
    second.kill("SIGINT");
    await second.exited;
    assert.equal(fs.readdirSync(runs), []);
  });

  test(`${user.name}: SIGKILL of the command during the last report leaves nothing`, async () => {
    const spec = writeSpec(
      "race",
      "sandbox: race\nprocesses:\n  w: {run: 'true', replicas: 300}\n",
    );
    sandbox(user, "version");
    for (let round = 0; round < 5; round++) {
      const cli = Bun.spawn(commandFor(user, ["up", spec]), {
        env,
        stdio: ["ignore", "ignore", "ignore"],
      });
      await until(() => fs.existsSync(join(runs, "race/table")), 5_000);
      await until(() => !fs.existsSync(join(runs, "race")), 10_000);
      cli.kill("SIGKILL");
      await cli.exited;
      assert.equal(fs.readdirSync(runs), []);
    }
  });

  test(`${user.name}: SIGKILL of command and monitor at once: the next command cleans`, async () => {
    const mark = freshMark();
    const spec = writeSpec(`both-${mark}`, `sandbox: both\nprocesses: {p: sleep ${mark}}\n`);
    sandbox(user, "version");
    const cli = Bun.spawn(commandFor(user, ["up", spec]), {
      env,
      stdio: ["ignore", "ignore", "ignore"],
    });
    const monitor = () => alive(`${runs}/both`).find((pid) => commOf(pid) === "sandbox-monitor");
    assert.ok(await until(() => alive(`sleep\0${mark}`).length > 0, 15_000));
    // Looked for first: once its command is dead the monitor ends within milliseconds.
    const pid = Number(monitor());
    process.kill(pid, "SIGKILL");
    cli.kill("SIGKILL");
    assert.ok(await until(() => alive(mark).length === 0, 6_000));
    assert.match(sandbox(user, "ls").err, /nothing is running/);
    assert.equal(fs.readdirSync(runs), []);
  });

  test(`${user.name}: a run killed with its PID namespace is shown while it lives, and its name is free then`, async () => {
    const mark = freshMark();
    const spec = writeSpec(`ns-${mark}`, `sandbox: k\nprocesses: {p: sleep ${mark}}\n`);
    sandbox(user, "version");
    const inner = commandFor({ name: "", prefix: [] }, ["up", "--name", "demo", spec]);
    const cli = Bun.spawn(
      [
        ...user.prefix,
        "unshare",
        ...(user.name === "root" && isRoot ? [] : ["-Ur"]),
        "-pf",
        "--mount-proc",
        "--kill-child",
        ...inner,
      ],
      { env, stdio: ["ignore", "ignore", "ignore"] },
    );
    assert.ok(await until(() => alive(mark).length >= 3, 15_000));
    assert.match(sandbox(user, "ls").out, /^demo /m);
    assert.is(sandbox(user, "up", "--name", "demo", spec).code, 64);
    cli.kill("SIGKILL");
    await cli.exited;
    assert.ok(await until(() => alive(mark).length === 0, 6_000));
    assert.match(sandbox(user, "ls").err, /nothing is running/);
    const again = sandbox(user, "up", "--name", "demo", "--for", "0s", spec);
    assert.is(again.code, 0, again.err);
  });
}

if (isRoot) {
  const up = (prefix: string) =>
    `${prefix} ${commandFor({ name: "", prefix: [] }, ["up", "sandboxes/hello.yaml"]).join(" ")}`;
  const other = "setpriv --reuid 1000 --regid 1000 --clear-groups";
  /** A checkout below /tmp is there in the new one too. */
  const aside = fs.mkdtempSync("/var/tmp/sandbox-checkout-");
  process.on("exit", () => fs.rmdirSync(aside));
  const own = root.startsWith("/tmp/")
    ? `mount --bind ${root} ${aside}; mount -t tmpfs t /tmp; mkdir -p ${root}; mount --bind ${aside} ${root}; cd ${root}`
    : "mount -t tmpfs t /tmp";
  const inOwnTmp = (script: string) =>
    Bun.spawnSync(["unshare", "-m", "sh", "-c", `${own}; chmod 1777 /tmp; ${script}`], {
      cwd: root,
      env: { PATH: process.env["PATH"] ?? "", HOME: "/tmp/home" },
    });

  test("a directory in /tmp that somebody else has taken blocks nobody; none stays", () => {
    const ran = inOwnTmp(
      `mkdir /tmp/sandbox-1000; ${up(other)} >/dev/null && ls -d /tmp/sandbox-*`,
    );
    assert.is(ran.stdout.toString(), "/tmp/sandbox-1000\n", ran.stderr.toString());
  });

  test("a user namespace does not change whose directory it is; none stays", () => {
    const inside = up(`${other} unshare -Ur`);
    const ran = inOwnTmp(
      `${inside} >/dev/null && ${up(other)} >/dev/null && ls -A /tmp | grep ^sandbox-`,
    );
    assert.is(ran.stdout.toString(), "", ran.stderr.toString());
    assert.is(ran.exitCode, 1, ran.stderr.toString());
  });

  test("no inodes left: nothing can be written, and that is all", () => {
    const full =
      "mkdir /tmp/m; mount -t tmpfs -o size=1m,nr_inodes=2,mode=700 t /tmp/m; mkdir /tmp/m/sandbox;";
    const ran = inOwnTmp(`${full} XDG_RUNTIME_DIR=/tmp/m ${up("")}`);
    assert.is(ran.exitCode, 3, ran.stderr.toString());
    assert.match(ran.stderr.toString(), /SBX3005.*ENOSPC/);
  });
}

test.run();
