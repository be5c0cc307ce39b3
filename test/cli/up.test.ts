/** `sandbox up` under a user's hands: floods, closed pipes, full disks, odd environments. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Report } from "../../src/report/report.ts";
import {
  commandFor,
  environmentFor,
  root,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("up");
const user = users[0] ?? { name: "nobody", prefix: [] };
const QUIET = writeSpec("quiet", "sandbox: quiet\nprocesses: {a: 'true'}\n");
const FLOOD = writeSpec("flood", "sandbox: flood\nprocesses: {yes: 'yes'}\n");

/** Runs a shell script in which `$UP` is the command up to and with `up`. */
function shell(script: string): { code: number; out: string; err: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["bash", "-c", script], {
    env: { ...environmentFor(user), UP: commandFor(user, ["up"]).join(" "), FLOOD, QUIET },
    stdin: "ignore",
    timeout: 60_000,
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

test("a flood of output keeps neither a timer nor a signal from its turn", () => {
  sandbox(user, "version"); // makes the user's directories
  const timed = shell('timeout -s KILL 30 $UP --for 300ms "$FLOOD" > /dev/null; echo $?');
  assert.is(timed.out, "0\n", timed.err);
  const signalled = shell('timeout -k 30 2 $UP "$FLOOD" > /dev/null; echo $?');
  assert.is(signalled.out, "124\n", "it ends by the first signal, not by the SIGKILL after it");
});

test("a reader that goes away ends the run in order, and is no failure", () => {
  const ran = shell('timeout -s KILL 30 $UP "$FLOOD" | head -1; echo ${PIPESTATUS[0]}');
  assert.is(ran.out.trim().split("\n").at(-1), "0", ran.err);
});

test("what cannot be written is said, and is no success", () => {
  for (const option of ["", "--json"]) {
    const ran = shell(`$UP ${option} "$QUIET" > /dev/full; echo $?`);
    assert.is(ran.out, "3\n");
    assert.match(ran.err, /standard output could not be written \(ENOSPC\)/);
  }
});

test("with --json nothing but reports is on stdout, not even what is inherited", () => {
  const text = "sandbox: i\nprocesses: {a: {run: echo mine, stdout: inherit}, b: echo logged}\n";
  const ran = sandbox(user, "up", "--json", writeSpec("inherit", text));
  assert.is(ran.out.trim().split("\n").length, 2);
  for (const line of ran.out.trim().split("\n")) assert.is(JSON.parse(line).report, 1);
  assert.match(ran.err, /^mine$/m);
  assert.match(ran.err, /\| logged$/m);
});

test("a runtime directory that is missing or not ours is not used, whatever the umask", () => {
  const foreign = join(scratch, "foreign");
  fs.mkdirSync(foreign, { recursive: true });
  fs.chmodSync(foreign, 0o777);
  for (const path of [join(scratch, "missing"), foreign]) {
    const ran = shell(`umask 777; SANDBOX_RUN_DIR= XDG_RUNTIME_DIR=${path} $UP "$QUIET"; echo $?`);
    assert.is(ran.out.trim().split("\n").at(-1), "0", ran.err);
  }
  assert.equal(fs.readdirSync(foreign), []);
});

test("a spec on standard input is checked and run as from a file", () => {
  const good = shell('printf "sandbox: s\nprocesses: {a: echo from stdin}\n" | $UP -');
  assert.is(good.code, 0, good.err);
  assert.match(good.out, /^a +\| from stdin$/m);
  const bad = shell('printf "sandbox: s\nprocesses: {a: {}}\n" | $UP -');
  assert.is(bad.code, 2);
  assert.match(bad.err, /--> -:2:13/);
});

test("a monitor that is told to stop by somebody else has been interrupted", () => {
  const spec = writeSpec("told", "sandbox: told\nprocesses: {a: sleep 100}\n");
  const kill = "pkill -TERM -P $! -x sandbox-monitor";
  const ran = shell(`$UP ${spec} & until ${kill}; do sleep 0.1; done; wait $!; echo $?`);
  assert.is(ran.out.trim().split("\n").at(-1), "130", ran.err);
});

test("the name of a run is no path", () => {
  for (const name of ["../out", "a/b", ".", "''", "a".repeat(65)]) {
    assert.is(shell(`$UP --name ${name} "$QUIET"`).code, 64, name);
  }
});

test("a run that cannot be set up says why, with exit code 3", () => {
  // As it is built: from source there is a file for each module, and Bun has no descriptor for them.
  const built = join(root, "build/sandbox");
  for (const few of [8, 30, 60, 102, 110]) {
    const ran = shell(`ulimit -n ${few}; ${built} up "$QUIET"`);
    assert.is(ran.code, 3, ran.err);
    assert.match(ran.err, /error\[SBX3001\].*\(EMFILE\)\n.*ulimit -n/);
  }
});

test("what dead runs left is removed when the next one begins, by one of those who see it", () => {
  const base = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";
  const left = (name: string) => {
    fs.mkdirSync(join(base, name), { recursive: true, mode: 0o700 });
    for (const file of ["plan", "table", "lock"]) fs.writeFileSync(join(base, name, file), "1");
  };
  for (let round = 0; round < 3; round++) {
    left("quiet");
    left("other");
    const ran = shell('for i in 1 2 3 4 5 6; do ($UP "$QUIET" || echo failed) & done; wait');
    assert.not.match(ran.out, /failed/, ran.err);
    assert.equal(fs.readdirSync(base), []);
  }
});

test("limits are the program's own: they do not hinder what is opened for it", () => {
  const spec = writeSpec(
    "few",
    `sandbox: few
processes:
  text: {run: cat, stdin: {text: hello}, limits: {nofile: 4, fsize: 0}}
  file: {run: cat, stdin: {file: /etc/passwd}, stdout: {file: /dev/null}, limits: {nofile: 4}}
  shown: {shell: "ulimit -Sn; ulimit -Hn", limits: {nofile: {soft: 50, hard: 60}}}
`,
  );
  for (const who of users) {
    const ran = sandbox(who, "up", spec);
    assert.is(ran.code, 0, ran.err);
    assert.match(ran.out, /^text +\| hello$/m);
    const shown = ran.out.split("\n").filter((line) => /^shown +\| /.test(line));
    assert.equal(
      shown.map((line) => line.replace(/^.*\| /, "")),
      ["50", "60"],
    );
  }
});

test("a limit that cannot be had is named before anything starts, once for all copies", () => {
  const text = "sandbox: x\nprocesses: {a: {run: pwd, replicas: 9, limits: {nofile: 99999999}}}\n";
  for (const who of users) {
    const ran = sandbox(who, "up", writeSpec("greedy", text));
    assert.is(ran.code, 3);
    assert.is(ran.out, "");
    assert.is(ran.err.match(/^error/gm)?.length, 1);
    assert.match(ran.err, /error\[SBX3007\]: process "a\.1" asks for nofile 99999999, and/);
  }
});

test("ids that an ordinary user cannot have are told before anything starts", () => {
  const spec = writeSpec(
    "ids",
    `sandbox: ids
processes:
  groups: {run: pwd, user: {groups: [4]}}
  other: {run: pwd, user: {uid: 7}}
`,
  );
  const ran = sandbox(users.at(-1) as User, "up", spec);
  assert.is(ran.code, 3);
  assert.is(ran.out, "");
  assert.match(ran.err, /error\[SBX3008\]: process "groups" wants supplementary groups/);
  assert.match(ran.err, /error\[SBX3008\]: process "other" wants uid 7/);
});

test("who may not choose PIDs on the host is told so before anything starts", () => {
  const spec = writeSpec(
    "host-pin",
    "sandbox: x\nprocesses: {a: {run: pwd, pids: {host: 31999}}}\n",
  );
  const ordinary = users.at(-1) as User;
  const ran = sandbox(ordinary, "up", spec);
  assert.is(ran.code, 3);
  assert.is(ran.out, "");
  assert.match(ran.err, /error\[SBX3006\]: a PID on the host is pinned/);
  assert.match(ran.err, /\| +\^+$/m);
});

test("a sandbox that runs out of time is stopped, and what is outside of it goes on", () => {
  for (const [init, more] of [
    ["", "x: sleep 30"],
    ["init: i, ", "i: {shell: 'trap exit TERM; sleep 30 & wait'}, x: sleep 30"],
    ["namespaces: {pid: inherit}, ", "x: sleep 30"],
  ] as const) {
    const spec = writeSpec(
      "out-of-time",
      `sandbox: t
processes: {y: sleep 1}
sandboxes:
  n: {${init}timeout: 300ms, processes: {${more}}}
  w: {processes: {v: sleep 1}}
`,
    );
    const ran = sandbox(user, "up", "--json", spec);
    const ended = JSON.parse(ran.out.trim().split("\n").at(-1) ?? "") as Report;
    const exits = new Map(ended.processes.map(({ path, exit }) => [path, exit]));
    assert.is(ran.code, 1);
    assert.equal([exits.get("y"), exits.get("w/v")], [{ code: 0 }, { code: 0 }], ran.out);
    // Where `i` is faster, the kernel takes `x` along with it.
    assert.match(JSON.stringify(exits.get("n/x")), /^\{"signal":"(TERM|KILL)"\}$/);
    assert.is(ran.err.match(/^error/gm)?.length, 1, ran.err);
    assert.match(ran.err, /SBX4005\]: sandbox "n" reached its time-out.*\n.*:4:3\n/);
  }
});

test("last words without a newline are shown when they end, not when the run does", () => {
  const text = "sandbox: p\nprocesses: {p: {run: [printf, last]}, k: sleep 3}\n";
  const ran = shell(`$UP ${writeSpec("partial", text)} | while read line; do
    case $line in p*"| last") date +%s%N;; esac; done; date +%s%N`);
  const [shown = 0, ended = 0] = ran.out.trim().split("\n").map(Number);
  assert.ok(ended - shown > 1e9, ran.out);
});

test("a plan image that is damaged is refused, by whichever half finds it", () => {
  const image = join(scratch, "damaged.plan");
  const spec = writeSpec("whole", "sandbox: w\nprocesses: {a: echo whole}\n");
  assert.is(sandbox(user, "plan", "-o", image, spec).code, 0);
  const bytes = fs.readFileSync(image);
  const upOf = (changed: Uint8Array) => {
    fs.writeFileSync(image, changed);
    return sandbox(user, "up", image);
  };
  assert.match(upOf(bytes).out, /^a +\| whole$/m);
  const other = Buffer.from(bytes);
  other.write("WHOLE", other.indexOf("whole"));
  assert.match(upOf(other).err, /error\[SBX3002\]: .*its content is not what its hash says/);
  for (const size of [9, 37, 60, bytes.length - 1]) {
    const cut = upOf(bytes.subarray(0, size));
    assert.is(cut.code, 2);
    assert.match(cut.err, /error\[SBX3002\]: .*its size is not that of the file/);
  }
  for (let at = 48; at < bytes.length; at += 23) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8((changed[at] ?? 0) ^ 0x55, at);
    const { code, err } = upOf(changed);
    assert.ok(code === 2 ? /error\[SBX3002\]/.test(err) : code === 0, `${at}: ${code} ${err}`);
  }
});

test.run();
