/** The launcher, `build/sandbox`: what it makes of the environment before the command begins. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { environmentFor, root, sandbox, scratch, type User, users, writeSpec } from "../sandbox.ts";

const test = suite("launch");
const user = users[0] as User;
const command = join(root, "build/sandbox");
const QUIET = writeSpec("launch-quiet", "sandbox: quiet\nprocesses: {a: 'true'}\n");
for (const each of users) sandbox(each, "version"); // makes their directories
fs.chmodSync(scratch, 0o777);

/** Runs a shell script in which `$S` is the real command, in a directory of its own. */
function shell(script: string, who = user, env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...who.prefix, "bash", "-c", script], {
    env: { ...environmentFor(who), ...env, S: command, QUIET },
    cwd: scratch,
    stdin: "ignore",
    timeout: 60_000,
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

const VERSION = /^\d+\.\d+\.\d+\n$/;

test("it is found by its own path, through links, on PATH, and from any folder", () => {
  fs.symlinkSync(command, join(scratch, "linked"));
  for (const script of ["./linked version", "cd /; PATH=$OLDPWD:$PATH; linked version"]) {
    assert.match(shell(script).out, VERSION, script);
  }
  assert.is(shell('$S up "$QUIET"').code, 0);
});

test("variables that would steer Bun do nothing, and a spec may still inherit them", () => {
  for (const variable of [
    "BUN_OPTIONS=--help",
    "BUN_BE_BUN=1",
    "BUN_JSC_dumpOptions=1",
    "NODE_OPTIONS=--help",
    "mimalloc_verbose=1",
  ]) {
    const [name = "", value = ""] = variable.split("=");
    const ran = shell("$S version", user, { [name]: value });
    assert.match(ran.out, VERSION, variable);
    assert.is(ran.err, "", variable);
  }
  const spec = writeSpec(
    "launch-env",
    "sandbox: e\nprocesses: {a: {shell: 'env | grep -c .; echo $BUN_OPTIONS $NODE_ENV$OTHER', inherit_env: [BUN_OPTIONS, NODE_ENV, OTHER]}}\n",
  );
  const env = { BUN_OPTIONS: "--help", NODE_ENV: "x", OTHER: "y", SANDBOX_LAUNCH: "no-directory" };
  assert.match(shell(`$S up ${spec}`, user, env).out, /^a +\| --help xy$/m);
});

test("a caller that ignores SIGCHLD, or blocks it, gets the same reports and exit codes", () => {
  const spec = writeSpec("launch-child", "sandbox: c\nprocesses: {a: {shell: exit 3}}\n");
  for (const option of ["", "--trace"]) {
    const ran = shell(`trap '' CHLD; $S up ${option} ${spec}`);
    assert.is(ran.code, 1, ran.err);
    assert.match(ran.err, /SBX4004.*"a" ended with code 3/);
  }
  const block = "import signal,os,sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])";
  const ran = shell(`python3 -c '${block}; os.execv("'$S'", ["sandbox", "up", "'$QUIET'"])'`);
  assert.is(ran.code, 0, ran.err);
});

test("in a deleted directory all works that needs none, and the rest says why not", () => {
  const inGone = (script: string) => shell(`mkdir gone; cd gone; rmdir ../gone; ${script}`);
  assert.match(inGone("$S version").out, VERSION);
  assert.is(inGone("$S pid $$").code, 0);
  assert.is(inGone('$S up "$QUIET"').code, 0);
  assert.is(inGone("$S doctor").code, shell("$S doctor").code);
  for (const [script, code] of [
    ["$S up here.yaml", 2],
    ["$S check", 2],
    ["$S check etc", 2],
    ["$S init gone", 3],
    ['$S plan "$QUIET" -o gone.plan', 3],
  ] as const) {
    const ran = inGone(script);
    assert.is(ran.code, code, `${script}: ${ran.err}`);
    assert.match(ran.err, /the working directory was deleted/, script);
  }
  assert.not.ok(fs.existsSync("/gone.yaml") || fs.existsSync("/gone.plan"));
});

test("a limit under which Bun aborts is named with its fix, in one line", () => {
  for (const [limit, name, fix] of [
    ["-v 200000", "RLIMIT_AS", "ulimit -v"],
    ["-d 50000", "RLIMIT_DATA", "ulimit -d"],
    ["-s 64", "RLIMIT_STACK", "ulimit -s"],
    ["-n 5", "RLIMIT_NOFILE", "ulimit -n"],
  ] as const) {
    for (const arguments_ of ["version", 'up "$QUIET"']) {
      const ran = shell(`ulimit ${limit}; exec $S ${arguments_}`);
      assert.is(ran.code, 3, `${limit}: ${ran.err}`);
      assert.is(ran.err.trim().split("\n").length, 1, ran.err);
      assert.ok(ran.err.includes(name) && ran.err.includes(fix), ran.err);
    }
  }
  const enough = shell("ulimit -v 524288; ulimit -s 256; $S version");
  assert.match(enough.out, VERSION, enough.err);
});

test("too few processes are told, and a few more are enough", () => {
  if (users.length === 1) return; // only root can be a user with nothing else running
  const lone: User = {
    name: "lone user",
    prefix: ["setpriv", "--reuid", "31999", "--regid", "31999", "--clear-groups"],
  };
  fs.mkdirSync(join(scratch, "lone-user"));
  fs.chmodSync(join(scratch, "lone-user"), 0o777);
  for (const [most, code] of [
    [2, 3],
    [4, 3],
    [6, 3],
    [9, 0],
  ] as const) {
    const ran = shell(`ulimit -u ${most}; exec $S check "$QUIET"`, lone);
    assert.is(ran.code, code, `${most}: ${ran.err}`);
    if (code === 3) assert.match(ran.err, /^sandbox: .*RLIMIT_NPROC.*ulimit -u.*\n$/);
  }
});

test("a filter that answers clone3 with EPERM is named, and one that says ENOSYS is none", () => {
  for (const answer of ["EPERM", "ENOSYS"]) {
    const filter = join(scratch, `clone3-${answer}`);
    const source = join(root, "test/native/no-clone3.c");
    assert.is(Bun.spawnSync(["cc", `-DANSWER=${answer}`, "-o", filter, source]).exitCode, 0);
    const ran = shell(`${filter} $S version`);
    if (answer === "ENOSYS") assert.match(ran.out, VERSION);
    else {
      assert.is(ran.code, 3);
      assert.match(ran.err, /^sandbox: .*seccomp.*clone3.*EPERM.*\n$/);
    }
  }
});

test("without /proc it says so", () => {
  if (users.length === 1) return; // needs a mount namespace
  const ran = shell("unshare -m sh -c 'umount -l /proc; $S version'");
  assert.is(ran.code, 3);
  assert.match(ran.err, /^sandbox: \/proc is not mounted.*\n$/);
});

test("a stream that is closed is told where it was needed, and harms nothing where not", () => {
  const out = shell("$S version >&-");
  assert.is(out.code, 3);
  assert.match(out.err, /standard output could not be written \(EBADF\)/);
  assert.is(shell("$S check - <&-").code, 2);
  assert.is(shell('$S up "$QUIET" <&- 2>&-').code, 0);
});

test.run();
