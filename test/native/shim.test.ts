/** The shim against the kernel: what the report says, what is killed, what is left behind. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Report } from "../../src/report/report.ts";
import { assertKernelSays } from "../kernel-word.ts";
import {
  alive,
  environmentFor,
  freshMark,
  reportsOf,
  sandbox,
  scratch,
  users,
  writeSpec,
} from "../sandbox.ts";
import { whileRunning } from "../while-running.ts";

const test = suite("shim");

async function gone(mark: string): Promise<boolean> {
  for (let tries = 0; tries < 100 && alive(mark).length > 0; tries++) await Bun.sleep(20);
  return alive(mark).length === 0;
}

const mixed = (mark: string) => `
sandbox: mixed
processes:
  top: {shell: "sleep ${mark} & sleep ${mark} & wait", replicas: 2}
sandboxes:
  outer:
    processes: {web: {run: sleep ${mark}, pid: 40}, db: {run: sleep ${mark}, pids: {mixed: 99}}}
    sandboxes:
      own:
        init: app
        processes: {app: sleep ${mark}, member: {run: sleep ${mark}, replicas: 2}}
        sandboxes:
          deep:
            namespaces: {user: new, net: new}
            processes: {a: sleep ${mark}, b: {shell: "sleep ${mark}; true"}}
            sandboxes:
              flat: {namespaces: {pid: inherit}, processes: {f: sleep ${mark}}}
              last: {nest: 2, processes: {z: sleep ${mark}}}
`;

for (const user of users) {
  test(`${user.name}: every number in the report is what procfs says`, async () => {
    const mark = freshMark();
    const spec = writeSpec("mixed", mixed(mark));
    await whileRunning(user, spec, (report, cli) => {
      assert.ok(report.processes.some(({ kind }) => kind === "forked"));
      assertKernelSays(report);
      process.kill(cli, "SIGINT");
    });
    assert.ok(await gone(mark), alive(mark).join(" "));
  });

  for (const victim of ["cli", "monitor", "init", "outer/init", "outer/own/app"]) {
    test(`${user.name}: SIGKILL of ${victim} leaves nothing of what it held`, async () => {
      const mark = freshMark();
      const spec = writeSpec("mixed-kill", mixed(mark));
      await whileRunning(user, spec, ({ processes }, cli) => {
        const row = processes.find(({ path }) => path === victim);
        const monitor = processes.find(({ path }) => path === "init")?.ppids[0];
        const pid = victim === "cli" ? cli : victim === "monitor" ? monitor : row?.pids[0];
        process.kill(Number(pid), "SIGKILL");
        if (victim.startsWith("outer")) process.kill(cli, "SIGTERM");
      });
      assert.ok(await gone(mark), alive(mark).join(" "));
      const run = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";
      for (let tries = 0; tries < 50 && fs.readdirSync(run).length > 0; tries++)
        await Bun.sleep(20);
      assert.equal(fs.readdirSync(run), []);
    });
  }

  test(`${user.name}: a sandbox without a PID namespace ends what its processes left behind`, () => {
    const mark = freshMark();
    const spec = writeSpec(
      "flat",
      `sandbox: flat
processes: {last: {run: "true", depends_on: {inner: exited}, expect: {exit: 0}}}
sandboxes:
  inner:
    namespaces: {pid: inherit}
    timeout: 4s
    processes: {parent: {shell: "sleep ${mark} & sleep ${mark} & true"}}
`,
    );
    const ran = sandbox(user, "up", "--json", spec);
    assert.is(ran.code, 0, ran.err);
    const init = reportsOf(ran)[1]?.processes.find(({ path }) => path === "inner/init");
    assert.equal(init?.exit, { code: 0 });
    assert.equal(alive(mark), []);
  });

  test(`${user.name}: a PID namespace in a user namespace below another one without`, () => {
    const spec = writeSpec(
      "user-in-user",
      `sandbox: outer
sandboxes:
  a:
    namespaces: {user: new, pid: inherit}
    sandboxes:
      b: {namespaces: {user: new}, processes: {p: {shell: "test $(ls -d /proc/[0-9]* | wc -l) -lt 6"}}}
`,
    );
    const ran = sandbox(user, "up", spec);
    assert.is(ran.code, 0, ran.err);
  });

  test(`${user.name}: what comes too late for an own init is no failure`, () => {
    const spec = writeSpec(
      "late",
      `sandbox: late
sandboxes:
  inner:
    init: own
    processes: {own: {run: "true", expect: {exit: 0}}, member: {run: sleep 50, replicas: 20}}
`,
    );
    const ran = sandbox(user, "up", "--json", spec);
    assert.is(ran.code, 0, ran.err);
    const members = reportsOf(ran)[1]?.processes.filter(({ path }) => path.includes("member"));
    assert.is(members?.length, 20);
    for (const { state, exit } of members ?? []) {
      assert.ok(
        state === "pending" || (exit !== null && "signal" in exit && exit.signal === "KILL"),
      );
    }
  });

  test(`${user.name}: a sandbox without members ends as soon as it stands`, () => {
    const spec = writeSpec(
      "empty",
      `sandbox: empty
sandboxes:
  bare: {nest: 3}
  flat: {namespaces: {pid: inherit}}
  after: {processes: {a: {run: "true", depends_on: {bare.1/bare.2/bare.3/init: exited, flat/init: exited}}}}
`,
    );
    const bare = writeSpec("bare", "sandbox: bare\n");
    for (const file of [spec, bare]) {
      const ran = sandbox(user, "up", "--json", file);
      assert.is(ran.code, 0, ran.err);
      assert.is(reportsOf(ran)[1]?.outcome, "done");
    }
  });

  for (const victim of ["cli", "monitor"]) {
    test(`${user.name}: SIGKILL of ${victim} ends a root's own init that wants to live on`, async () => {
      const mark = freshMark();
      const spec = writeSpec(
        "clinging",
        `sandbox: clinging
init: own
processes:
  own: [setpriv, --pdeathsig, clear, sleep, "${mark}"]
  member: [setpriv, --pdeathsig, clear, sleep, "${mark}"]
`,
      );
      for (const options of [[], ["--trace"]]) {
        const during = async ({ processes }: Report, cli: number) => {
          // Before that, setpriv has not yet cleared the signal.
          const clings = () =>
            alive(mark).filter((pid) => fs.readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n");
          for (let tries = 0; tries < 200 && clings().length < 2; tries++) await Bun.sleep(10);
          assert.is(clings().length, 2);
          const monitor = processes.find(({ path }) => path === "own")?.ppids[0];
          process.kill(victim === "cli" ? cli : Number(monitor), "SIGKILL");
        };
        await whileRunning(user, spec, during, ...options);
        assert.ok(await gone(mark), alive(mark).join(" "));
      }
    });
  }

  test(`${user.name}: declared PIDs hold under a fork storm and a late start`, () => {
    const spec = writeSpec(
      "storm",
      `sandbox: storm
processes:
  storm: {shell: "i=0; while [ $i -lt 400 ]; do /bin/true & i=$((i+1)); done; wait", replicas: 3}
  late: {shell: "exit 0", depends_on: {storm: exited}, expect: {pid: 5, exit: 0}}
`,
    );
    const ran = sandbox(user, "up", "--json", spec);
    assert.is(ran.code, 0, ran.err);
    const late = reportsOf(ran)[1]?.processes.find(({ path }) => path === "late");
    assert.is(late?.pids[1], 5);
  });

  test(`${user.name}: 10,000 orphans are reaped, and none stays a zombie`, () => {
    const spec = writeSpec(
      "orphans",
      `sandbox: orphans
processes:
  maker: {shell: "i=0; while [ $i -lt 10000 ]; do (true &); i=$((i+1)); done"}
  judge:
    shell: "sleep 0.2; grep -l '^State:.*Z' /proc/[0-9]*/status; test $? -eq 1"
    depends_on: {maker: succeeded}
`,
    );
    const ran = sandbox(user, "up", "--json", spec);
    assert.is(ran.code, 0, ran.err);
  });

  test(`${user.name}: 31 levels, 1,000 processes and 200 siblings start and end`, () => {
    const many = writeSpec(
      "many",
      "sandbox: many\nprocesses: {p: {run: sleep 60, replicas: 1000}}\n",
    );
    const wide = writeSpec(
      "wide",
      "sandbox: wide\nsandboxes: {box: {replicas: 200, processes: {p: sleep 60}}}\n",
    );
    for (const [spec, count] of [
      [many, 1001],
      [wide, 401],
    ] as const) {
      const ran = sandbox(user, "up", "--json", "--for", "0s", spec);
      assert.is(ran.code, 0, ran.err);
      assert.is(reportsOf(ran)[0]?.processes.length, count);
    }
  });

  test(`${user.name}: a workload has no capability, no way to write to the host, no descriptor`, () => {
    const spec = writeSpec(
      "closed",
      `sandbox: closed
processes:
  look:
    shell: |
      grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status | grep -v 0000000000000000 && exit 1
      touch /usr/here 2>/dev/null && exit 2
      (echo 1 > /proc/sys/kernel/sysrq) 2>/dev/null && exit 3
      test "$(ls /proc/self/fd | wc -l)" -le 4 || exit 4
      grep -q 'NoNewPrivs:.1' /proc/self/status || exit 5
`,
    );
    const ran = sandbox(user, "up", "--json", spec);
    assert.is(ran.code, 0, ran.err);
  });
}

test("a time-out does not wait for what waits for the process's end", () => {
  const spec = writeSpec(
    "timed-out",
    `sandbox: timed-out
timeout: 20s
processes:
  slow: {run: sleep 50, timeout: 50ms}
  next: {run: "true", depends_on: {slow: succeeded}}
  after: {run: "true", depends_on: {slow: exited}, expect: {exit: 0}}
`,
  );
  const user = users[0];
  assert.ok(user);
  const ran = sandbox(user, "up", "--json", spec);
  assert.is(ran.code, 1);
  const rows = reportsOf(ran)[1]?.processes ?? [];
  assert.equal(
    rows.map(({ path, state, ended_by }) => [path, state, ended_by]),
    [
      ["init", "exited", "itself"],
      ["slow", "exited", "timeout"],
      ["next", "pending", null],
      ["after", "exited", "itself"],
    ],
  );
});

test("until with the name of a replicated process waits for every copy", () => {
  const spec = writeSpec(
    "until-copies",
    `sandbox: until-copies
until: worker
processes:
  first: sleep 50
  worker: {shell: "sleep 0.\${replica}", replicas: 3, expect: {exit: 0}}
  other: sleep 50
`,
  );
  const user = users[0];
  assert.ok(user);
  const ran = sandbox(user, "up", "--json", spec);
  assert.is(ran.code, 0, ran.err);
  assert.equal(
    reportsOf(ran)[1]?.processes.map(({ ended_by }) => ended_by),
    ["itself", "stop", "itself", "itself", "itself", "stop"],
  );
});

test("exit codes and signals are exact", () => {
  const user = users[0];
  assert.ok(user);
  const codes = [0, 1, 2, 42, 127, 255];
  const signals = ["HUP", "INT", "QUIT", "KILL", "USR1", "SEGV", "TERM"];
  const lines = [
    ...codes.map((code) => `  c${code}: {shell: exit ${code}, expect: {exit: ${code}}}`),
    ...signals.map((name) => `  s${name}: {shell: "kill -${name} $$", expect: {signal: ${name}}}`),
  ];
  const ran = sandbox(
    user,
    "up",
    "--json",
    writeSpec("ends", `sandbox: ends\nprocesses:\n${lines.join("\n")}\n`),
  );
  assert.is(ran.code, 0, ran.err);
});

test("output comes whole, also a last line without its newline", () => {
  const user = users[0];
  assert.ok(user);
  const spec = writeSpec(
    "output",
    `sandbox: output
processes:
  much: {shell: "seq 1 50000; printf end"}
  other: {shell: "printf partial; printf ' line' >&2"}
`,
  );
  const { out, err, code } = sandbox(user, "up", spec);
  assert.is(code, 0, err);
  const numbers = [...out.matchAll(/^much +\| (\d+)$/gm)].map(([, number]) => Number(number));
  assert.is(numbers.length, 50_000);
  assert.ok(numbers.every((number, index) => number === index + 1));
  assert.match(out, /^much +\| end$/m);
  assert.match(out, /^other +\| partial$/m);
  assert.match(err, /^other +\| {2}line$/m);
});

test("a plan image runs by the shim alone, and a broken one is refused", () => {
  const user = users[0];
  assert.ok(user);
  const spec = writeSpec("image", "sandbox: image\nprocesses: {a: {shell: 'echo from $$'}}\n");
  const image = `${scratch}/image.plan`;
  assert.is(sandbox(user, "plan", "-o", image, spec).code, 0);
  const shim = process.env["SANDBOX_SHIM"] ?? "native/build/sandbox-shim";
  const ran = Bun.spawnSync([shim, "run", image]);
  assert.is(ran.exitCode, 0, ran.stderr.toString());
  assert.is(ran.stdout.toString(), "from 2\n");
  fs.writeFileSync(image, fs.readFileSync(image).subarray(0, 300));
  const broken = Bun.spawnSync([shim, "run", image]);
  assert.is(broken.exitCode, 64);
  assert.match(broken.stderr.toString(), /image_size/);
});

test.run();
