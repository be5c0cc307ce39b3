/** What processes of a sandbox can change of its init, and what they can read of it. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { environmentFor, root, sandbox, scratch, users, writeSpec } from "../sandbox.ts";

const test = suite("init guard");
const shim = process.env["SANDBOX_SHIM"] || `${root}/native/build/sandbox-shim`;

/** A process of python that sets limits of `pid`, or says that it may not. */
const limiter = (pid: number, limit: string, soft: string, hard: string) => `
    run:
      - python3
      - -c
      - |
        import resource
        now = resource.getrlimit(resource.${limit})
        try: resource.prlimit(${pid}, resource.${limit}, (${soft}, ${hard}))
        except PermissionError: print("refused")`;

for (const user of users) {
  for (const [limit, soft, hard] of [
    ["RLIMIT_NOFILE", "0", "0"],
    ["RLIMIT_AS", "0", "0"],
    ["RLIMIT_NPROC", "1", "1"],
    ["RLIMIT_FSIZE", "0", "0"],
    ["RLIMIT_STACK", "4096", "4096"],
  ] as const) {
    test(`${user.name}: ${limit} of an init, lowered from inside, is nobody else's`, () => {
      const text = `sandbox: lim\nprocesses:\n  a: ${limiter(1, limit, soft, hard)}\n  b: {shell: "echo started", depends_on: {a: exited}}\n`;
      const ran = sandbox(user, "up", writeSpec("lim", text));
      if (user.name === "root") {
        assert.match(ran.out, "refused", ran.out + ran.err);
        assert.match(ran.out, "started", ran.out + ran.err);
        assert.is(ran.code, 0, ran.err);
        return;
      }
      assert.match(ran.err, /SBX4012.*"b".*a process of this run has lowered a limit of its init/);
      assert.not.match(ran.err, /SBX3|ulimit -n/);
      assert.is(ran.code, 1);
    });
  }

  test(`${user.name}: a soft limit of an init is put back before the next start`, () => {
    const text = `sandbox: soft\nprocesses:\n  a: ${limiter(1, "RLIMIT_NOFILE", "7", "now[1]")}\n  b: {shell: "echo started", depends_on: {a: exited}}\n`;
    const ran = sandbox(user, "up", writeSpec("soft", text));
    assert.match(ran.out, "started", ran.out + ran.err);
    assert.is(ran.code, 0, ran.err);
  });

  test(`${user.name}: the init of a sandbox below is guarded as well`, () => {
    const text = `sandbox: below
processes:
  a: ${limiter(3, "RLIMIT_NOFILE", "0", "0")}
    depends_on: {in/first: started}
sandboxes:
  in: {processes: {first: sleep 0.5, b: {shell: "echo started", depends_on: {a: exited}}}}
`;
    const spec = writeSpec("below", text);
    assert.match(sandbox(user, "plan", spec).out, /^in\/init +3 /m, "the PID that is meant");
    const ran = sandbox(user, "up", spec);
    if (user.name === "root") assert.match(ran.out, "started", ran.out + ran.err);
    else assert.match(ran.err, /SBX4012.*"in\/b"/);
  });

  test(`${user.name}: what an init shows of itself names nothing of the host`, () => {
    const text = `sandbox: title
processes: {a: {shell: "tr '\\\\0' ' ' < /proc/1/cmdline; cat /proc/3/cmdline; cat /proc/1/environ || echo hidden"}}
sandboxes: {in: {init: own, processes: {own: sleep 0.3, b: sleep 0.2}}, re: {processes: {c: {shell: "cat /proc/1/cmdline"}}}}
`;
    const ran = sandbox(user, "up", writeSpec("title", text));
    const said = ran.out.split("\n").filter((line) => /^\S+ +\| /.test(line));
    assert.match(said.join("\n"), /a +\| sandbox-init title\b/);
    assert.match(said.join("\n"), /re\/c +\| sandbox-init/);
    assert.match(said.join("\n"), "hidden");
    assert.not.match(said.join("\n"), /sandbox-shim|--run-dir|plan|\/tmp|\/run/);
  });
}

test("a plan image that is no regular file is refused, and not waited for", () => {
  const fifo = join(scratch, "fifo.plan");
  assert.is(Bun.spawnSync(["mkfifo", fifo]).exitCode, 0);
  for (const path of [fifo, "/dev/zero", "/dev/null", scratch]) {
    const { exitCode, stderr } = Bun.spawnSync([shim, "run", path], { timeout: 5_000 });
    assert.is(exitCode, 64, path);
    assert.match(stderr.toString(), "image_kind");
  }
});

test("a trace has a size, and what comes later is said to be missing", () => {
  const spec = writeSpec(
    "sized",
    `sandbox: sized\nprocesses: {a: {shell: "for i in 1 2 3 4 5 6 7 8 9; do /bin/true; done"}}\n`,
  );
  const [user] = users;
  assert.ok(user);
  const plan = join(scratch, "sized.plan");
  assert.is(sandbox(user, "plan", "-o", plan, spec).code, 0);
  const traced = (size: number) => {
    const file = join(scratch, "sized.trace");
    const fd = fs.openSync(file, "w");
    const { exitCode } = Bun.spawnSync(
      [shim, "run", plan, "--trace", "3", "--tracer", "ptrace", "--trace-size", String(size)],
      { env: environmentFor(user), stdio: ["ignore", "ignore", "pipe", fd] },
    );
    fs.closeSync(fd);
    return { exitCode, bytes: fs.readFileSync(file) };
  };
  const whole = traced(1_000_000);
  assert.is(whole.exitCode, 0);
  const size = whole.bytes.length - 1;
  const cut = traced(size);
  assert.is(cut.exitCode, 1, "a trace that is not whole is no success");
  assert.ok(cut.bytes.length <= size);
});

test.run();
