/** `sandbox pid`: every number is the kernel's, both ways, also for a container of another engine. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Report } from "../../src/report/report.ts";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  sandbox,
  scratch,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("pid");

const nspid = (pid: number) =>
  /^NSpid:\t(.*)$/m
    .exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    ?.split("\t")
    .map(Number) ?? [];

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
    sandbox(user, "version");
    const name = `asked-${user.name.replace(" ", "-")}`;
    const child = Bun.spawn(commandFor(user, ["up", "--json", "--name", name, spec]), {
      env: environmentFor(user),
      stdio: ["ignore", "pipe", "ignore"],
    });
    const reader = child.stdout.getReader();
    await reader.read();
    const json = sandbox(user, "report", name, "--format", "json").out;
    const { processes } = JSON.parse(json) as Report;
    for (const { pids, path, kind } of processes) {
      const pid = Number(pids[0]);
      const facts = JSON.parse(sandbox(user, "pid", "--json", String(pid)).out);
      assert.equal(
        facts.levels.map((level: { pid: number }) => level.pid),
        nspid(pid),
        path,
      );
      const base = path.replace(/\+\d+$/, "");
      assert.equal(facts.sandbox, { run: name, path: base }, path);
      // The shim's own inits are not an ordinary user's to look into; all else is.
      if (kind === "init" && user.name !== "root") continue;
      const back = sandbox(user, "pid", "--json", String(pids.at(-1)), "--from", String(pid));
      assert.is(JSON.parse(back.out).pid, pid, `${path}: ${back.err}`);
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
    assert.match(byPath.out, /PID namespaces above it cannot be seen from here/);
    const none = sandbox(user, "pid", "4000000", "--from", `${name}/outer/inner/app`);
    assert.is(none.code, 1);
    assert.match(none.err, /there is no PID 4000000 in the namespace pid:\[\d+\]/);
    child.kill("SIGINT");
    while (!(await reader.read()).done);
    await child.exited;
  });
}

test("what is no PID is wrong usage, and who is not there is said to be gone", () => {
  const user = users[0] as (typeof users)[number];
  assert.is(sandbox(user, "pid", "x1").code, 64);
  assert.is(sandbox(user, "pid", "4194303").code, 1);
  assert.is(sandbox(user, "pid", "1", "--from", "no-such-run").code, 1);
});

const user = users[0] as (typeof users)[number];
if (user.name !== "root" || Bun.which("runc") === null) {
  console.log("SKIP this machine has no runc, or we are not root");
  test.skip("a process in a container of runc", () => {});
} else {
  test("a process in a container of runc", async () => {
    const bundle = join(scratch, "bundle");
    const mark = freshMark();
    fs.mkdirSync(join(bundle, "rootfs/bin"), { recursive: true });
    for (const dir of ["proc", "dev", "sys"]) fs.mkdirSync(join(bundle, "rootfs", dir));
    const source = join(scratch, "pause.c");
    fs.writeFileSync(
      source,
      "#include <unistd.h>\nint main(void) { if (fork() == 0) pause(); pause(); return 0; }\n",
    );
    assert.is(
      Bun.spawnSync(["cc", "-static", "-o", join(bundle, "rootfs/bin/pause"), source]).exitCode,
      0,
    );
    assert.is(Bun.spawnSync(["runc", "spec", "--bundle", bundle]).exitCode, 0);
    const file = join(bundle, "config.json");
    const config = JSON.parse(fs.readFileSync(file, "utf8"));
    config.process.terminal = false;
    config.process.args = ["/bin/pause", mark];
    fs.writeFileSync(file, JSON.stringify(config));
    const id = `sandbox-test-${process.pid}`;
    const container = Bun.spawn(["runc", "run", "--bundle", bundle, id], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    try {
      const found = () =>
        alive(mark)
          .map(Number)
          .filter((pid) => nspid(pid).length > 1);
      for (let tries = 0; tries < 200 && found().length < 2; tries++) await Bun.sleep(25);
      const pids = found();
      assert.is(pids.length, 2, "the container did not start");
      for (const pid of pids) {
        const facts = JSON.parse(sandbox(user, "pid", "--json", String(pid)).out);
        assert.equal(
          facts.levels.map((level: { pid: number }) => level.pid),
          nspid(pid),
        );
        const inner = nspid(pid).at(-1);
        const back = sandbox(user, "pid", "--json", String(inner), "--from", String(pids[0]));
        assert.is(JSON.parse(back.out).pid, pid);
      }
    } finally {
      Bun.spawnSync(["runc", "kill", id, "KILL"]);
      await container.exited;
      Bun.spawnSync(["runc", "delete", "-f", id]);
    }
  });
}

test.run();
