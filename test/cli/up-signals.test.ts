/** `up` and signals: what they do while nobody reads, what is kept, and how the command ends. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("up and signals");
const user = users[0] as User;
for (const each of users) sandbox(each, "version"); // makes their directories

/** Runs a shell script in which `$UP` is the command up to and with `up`. */
function shell(script: string, who = user) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...who.prefix, "bash", "-c", script], {
    env: { ...environmentFor(who), UP: commandFor({ ...who, prefix: [] }, ["up"]).join(" ") },
    cwd: scratch,
    stdin: "ignore",
    timeout: 60_000,
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

/** A flood into a pipe whose reader stands still; `$FIFO` is the pipe, `$R` the reader. */
function stuck(name: string): { spec: string; mark: string; begin: string } {
  const mark = freshMark();
  const text = `sandbox: flood\nprocesses: {y: {shell: "exec yes ${mark}"}}\n`;
  const fifo = join(scratch, `${name}.fifo`);
  const begin = `FIFO=${fifo}; mkfifo $FIFO; sleep 30 < $FIFO & R=$!;`;
  return { spec: writeSpec(name, text), mark, begin };
}

const sleepers = writeSpec("sleepers", "sandbox: s\nprocesses: {a: sleep 30, b: sleep 30}\n");
const started = (file: string) => `until grep -q running ${file}; do sleep 0.05; done;`;

test("--for ends the processes while the reader of stdout stands still", () => {
  const { spec, mark, begin } = stuck("stuck-for");
  const ran = shell(
    `${begin} $UP --for 300ms ${spec} > $FIFO & P=$!; sleep 2.5
     ps -C yes -o args= | grep ${mark}; kill -KILL $R; wait $P; echo rc $?`,
  );
  assert.is(ran.out, "rc 0\n", ran.err);
  assert.equal(alive(mark), []);
});

test("Ctrl-C stops, and a second one kills, while the reader of stdout stands still", () => {
  for (const [name, again, mostMs] of [
    ["stuck-once", "", 10_000],
    ["stuck-twice", "sleep 0.2; kill -INT $P;", 5_000],
  ] as const) {
    const { spec, mark, begin } = stuck(name);
    const ran = shell(
      `${begin} $UP ${spec} > $FIFO & P=$!; sleep 1.5; kill -INT $P; ${again} T=$(date +%s%N); sleep 0.7
       ps -C yes -o args= | grep ${mark}; wait $P; echo $?; echo $(( ($(date +%s%N) - T) / 1000000 )); kill $R`,
    );
    const [code, ms] = ran.out.trim().split("\n").map(Number);
    assert.is(code, 130, ran.out + ran.err);
    assert.ok((ms ?? Infinity) < mostMs, `${name}: ${ms} ms`);
  }
});

test("a flood into a pipe that nobody reads takes no memory, and then all of it comes", () => {
  const text =
    'sandbox: big\nprocesses: {y: {shell: "yes 0123456789abcde | head -c 40000000", stderr: null}}\n';
  const ran = shell(
    `mkfifo big.fifo; $UP ${writeSpec("big", text)} > big.fifo & P=$!
     { sleep 2; grep VmRSS /proc/$P/status | tr -dc 0-9 > big.rss; grep -c '^y *| 0123456789abcde$'; } < big.fifo
     wait $P; echo $?`,
  );
  assert.is(ran.out, "2500000\n0\n", ran.err);
  const kib = Number(fs.readFileSync(join(scratch, "big.rss"), "utf8"));
  assert.ok(kib > 0 && kib < 200_000, `${kib} KiB`);
});

for (const who of users) {
  test(`the command ends by the signal that ended the run, after its last report, as ${who.name}`, async () => {
    const path = join(scratch, `last-${who.name.replace(" ", "-")}`);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      const out = fs.openSync(path, "w");
      const child = Bun.spawn(commandFor(who, ["up", sleepers]), {
        env: environmentFor(who),
        stdio: ["ignore", out, "ignore"],
      });
      while (!/running/.test(fs.readFileSync(path, "utf8"))) await Bun.sleep(20);
      child.kill(name);
      await child.exited;
      fs.closeSync(out);
      assert.is(child.signalCode, name);
      assert.match(fs.readFileSync(path, "utf8"), /^b .*killed TERM/m);
    }
  });
}

test("a loop in a shell ends with Ctrl-C, since the command died of it", () => {
  const script = `set -m; (for i in 1 2 3; do echo round $i; $UP ${sleepers} > loop.out; done) & L=$!
    ${started("loop.out")} kill -INT -- -$L; wait $L; echo rc $?`;
  assert.is(shell(`: > loop.out; ${script}`).out, "round 1\nrc 130\n");
});

test("under nohup the end of the terminal's session does nothing; a stop still does", () => {
  const ran = shell(
    `: > hup.out; nohup $UP ${sleepers} > hup.out 2>/dev/null & P=$!; ${started("hup.out")}
     kill -HUP $P; sleep 0.7; kill -0 $P && echo alive; kill -TERM $P; wait $P; echo $?`,
  );
  assert.is(ran.out, "alive\n143\n", ran.err);
});

test("a reader that goes away is no interruption", () => {
  const { spec } = stuck("closed");
  const ran = shell(`$UP ${spec} | head -1 > /dev/null; echo \${PIPESTATUS[0]}`);
  assert.is(ran.out, "0\n", ran.err);
});

/** A terminal of which nobody reads, or that is closed; the command is its session's first process. */
const PTY = `
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[2], sys.argv[2:])
time.sleep(2)
begun = time.time()
if sys.argv[1] == "close": os.close(fd)
else:
    os.write(fd, b"\\x03"); time.sleep(0.3); os.write(fd, b"\\x03")
while time.time() - begun < 20:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended: break
    time.sleep(0.02)
else: os.kill(pid, 9); status = 9
print(os.WTERMSIG(status), time.time() - begun < 4)
`;

test("Ctrl-C twice ends a run whose terminal nobody reads, and a closed one ends it too", () => {
  const script = join(scratch, "closed-or-stuck.py");
  fs.writeFileSync(script, PTY);
  for (const [how, said] of [
    ["stuck", "2 True\n"],
    ["close", "1 True\n"],
  ] as const) {
    const { spec, mark } = stuck(`pty-${how}`);
    const command = ["python3", script, how, ...commandFor(user, ["up", spec])];
    const { stdout, stderr } = Bun.spawnSync(command, {
      env: { ...environmentFor(user), TERM: "xterm" },
      stdin: "ignore",
    });
    assert.is(stdout.toString(), said, `${how}: ${stderr}`);
    assert.equal(alive(mark), []);
  }
});

test.run();
