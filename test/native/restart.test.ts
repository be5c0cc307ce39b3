/** Processes that live again: with the same PIDs, whatever they and others do meanwhile. */

import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type LiveClient, liveClient } from "../live-client.ts";
import {
  alive,
  freshMark,
  reportsOf,
  root,
  scratch,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";
import { type LiveRun, startRun } from "../while-running.ts";

const test = suite("restart");

const [EALREADY, ESHUTDOWN, EOPNOTSUPP] = [114, 108, 95];

/** A run and a client of it; `slots` by path. */
interface Live extends AsyncDisposable {
  readonly run: LiveRun;
  readonly client: LiveClient;
  readonly slot: (path: string) => number;
  readonly pids: (path: string) => readonly number[];
}

let specs = 0;

/** The spec's `sandbox` is given a name of its own. */
async function live(user: User, body: string): Promise<Live> {
  const name = `lives${specs++}`;
  const run = await startRun(user, [
    "--for",
    "120s",
    writeSpec(name, `sandbox: ${name}\nstop: {grace: 300ms}\n${body}`),
  ]);
  const client = await liveClient(user, name);
  // In plan order, as reports have declared processes and inits.
  const rows = run.report.processes.filter(({ kind }) => kind === "declared" || kind === "init");
  const slot = (path: string) => rows.findIndex((row) => row.path === path);
  const levels = rows.map(({ level }) => level);
  return {
    run,
    client,
    slot,
    pids: (path) => client.table(levels).slots[slot(path)]?.pids.slice(1) ?? [],
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
    },
  };
}

const until = async (holds: () => boolean, ms = 5_000) => {
  for (let left = ms / 10; left > 0 && !holds(); left--) await Bun.sleep(10);
  return holds();
};

const forker = `forker: {shell: "while :; do (true) & (true) & wait; sleep 0.01; done"}`;

/** Three levels, by how the sandboxes are made. */
const KINDS = {
  "inits of their own": (mark: string) => `processes: {a: sleep ${mark}, ${forker}}
sandboxes:
  in:
    processes: {b: sleep ${mark}, ${forker}}
    sandboxes: {deep: {processes: {c: {run: sleep ${mark}, pid: 7}, ${forker}}}}
`,
  "processes that are init": (mark: string) => `processes: {a: sleep ${mark}, ${forker}}
sandboxes:
  in:
    init: one
    stop: {grace: 300ms}
    processes: {one: sleep ${mark}, b: sleep ${mark}, ${forker}}
    sandboxes: {deep: {init: one, stop: {grace: 300ms}, processes: {one: sleep ${mark}, c: sleep ${mark}, ${forker}}}}
`,
  "an own init around all": (mark: string) => `init: one
processes: {one: sleep ${mark}, a: sleep ${mark}, ${forker}}
sandboxes:
  in:
    processes: {b: sleep ${mark}, ${forker}}
    sandboxes: {deep: {processes: {c: sleep ${mark}, ${forker}}}}
`,
  "nested user namespaces": (mark: string) => `namespaces: {user: new}
processes: {a: sleep ${mark}, ${forker}}
sandboxes:
  in:
    namespaces: {user: new}
    processes: {b: sleep ${mark}, ${forker}}
    sandboxes: {deep: {namespaces: {user: new}, processes: {c: sleep ${mark}, ${forker}}}}
`,
} as const;

const PATHS = ["a", "in/b", "in/deep/c"];
const GENERATIONS = 100;

for (const user of users) {
  for (const [kind, body] of Object.entries(KINDS)) {
    test(`${user.name}: ${GENERATIONS} lives have the same PIDs at 3 levels, with ${kind}`, async () => {
      const mark = freshMark();
      await using it = await live(user, body(mark));
      const { client, slot } = it;
      const first = PATHS.map((path) => it.pids(path));
      for (let life = 1; life <= GENERATIONS; life++) {
        const answers = await Promise.all(PATHS.map((path) => client.restarted(slot(path))));
        assert.equal(answers, [0, 0, 0]);
        assert.equal(
          PATHS.map((path) => it.pids(path)),
          first,
          `life ${life}`,
        );
      }
      const last = client.events.findLast(({ slot: of }) => of === slot("in/deep/c"));
      assert.is(last?.generation, GENERATIONS);
      assert.is(await it.run.stop(), 130);
      assert.equal(alive(mark), []);
    });
  }

  test(`${user.name}: without a PID namespace a process lives again, and nothing is left of it`, async () => {
    const mark = freshMark();
    await using it = await live(
      user,
      `sandboxes:
  in:
    namespaces: {pid: inherit}
    stop: {grace: 300ms}
    processes: {a: {shell: "(trap '' TERM; exec sleep ${mark}) & sleep ${mark}", stop: {scope: process, grace: 200ms}}, b: sleep ${mark}}
`,
    );
    const sleeping = () => alive(`sleep\0${mark}`).length;
    for (let life = 1; life <= 3; life++) {
      assert.is(await it.client.restarted(it.slot("in/a")), 0);
      assert.ok(await until(() => sleeping() === 3), String(sleeping()));
    }
  });

  test(`${user.name}: a process that ignores its stop signal is killed after its grace`, async () => {
    const mark = freshMark();
    await using it = await live(
      user,
      `processes: {deaf: {shell: "trap '' TERM; while :; do sleep 0.05; done", stop: {grace: 300ms}}, b: sleep ${mark}}\n`,
    );
    const deaf = it.slot("deaf");
    const wait = it.client.ask("wait", deaf);
    const from = performance.now();
    assert.is(await it.client.restarted(deaf), 0);
    const took = performance.now() - from;
    assert.ok(took > 250 && took < 4_000, String(took));
    assert.equal(await wait, { state: "exited", exitCode: 0, exitSignal: 9, generation: 0 });
  });

  for (const [what, script] of [
    ["the group", "(trap '' TERM HUP; exec sleep MARK) & sleep 0.3"],
    [
      "the session, in a group of its own",
      "set -m; (trap '' TERM HUP; exec sleep MARK) & sleep 0.3",
    ],
    [
      "the session, after its parent has ended",
      "set -m; (trap '' TERM HUP; (sleep MARK &) ) & sleep 0.3",
    ],
  ] as const) {
    test(`${user.name}: what has daemonized and keeps ${what} gets the grace, and then the PID is free`, async () => {
      const mark = freshMark();
      const run = script.replaceAll("MARK", mark);
      await using it = await live(
        user,
        `processes:
  leaves: {run: [bash, -c, "${run}"], stop: {grace: 300ms}}
  other: sleep 71000
sandboxes: {in: {init: one, stop: {grace: 300ms}, processes: {one: {shell: "while :; do sleep 0.05; done"}, leaves: {run: [bash, -c, "${run}"], stop: {grace: 300ms}}}}}
`,
      );
      for (const path of ["leaves", "in/leaves"]) {
        const slot = it.slot(path);
        const pids = it.pids(path);
        const ended = await it.client.ask("wait", slot);
        assert.equal(ended, { state: "exited", exitCode: 0, exitSignal: 0, generation: 0 });
        assert.is(await it.client.ask("start", slot), 0);
        assert.is(await it.client.ask("start", slot), EALREADY);
        assert.equal(await it.client.ask("wait", slot), { ...(ended as object), generation: 1 });
        assert.equal(it.pids(path), pids);
      }
      assert.is(alive(mark).length, 2);
    });
  }

  test(`${user.name}: four clients restart twenty processes at once`, async () => {
    const mark = freshMark();
    await using it = await live(
      user,
      `processes: {w: {run: sleep ${mark}, replicas: 10}, k: {run: sleep ${mark}}}
sandboxes: {in: {init: one, stop: {grace: 300ms}, processes: {one: sleep ${mark}, w: {run: sleep ${mark}, replicas: 10}}}}
`,
    );
    const name = it.run.report.sandbox;
    const others = await Promise.all([1, 2, 3].map(() => liveClient(user, name)));
    const copies = Array.from({ length: 10 }, (_, index) => [
      `w.${index + 1}`,
      `in/w.${index + 1}`,
    ]);
    const paths = copies.flat();
    const before = paths.map((path) => it.pids(path));
    const storm = async (client: LiveClient) => {
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all(
          paths.map((path) => client.ask("restart", it.slot(path))),
        );
        assert.ok(answers.every((errno) => errno === 0 || errno === EALREADY));
      }
    };
    await Promise.all([it.client, ...others].map(storm));
    const states = () => it.client.events.filter(({ event }) => event === "started").length;
    // All that was asked for comes to pass: in the end each runs.
    for (let last = -1; last !== states(); await Bun.sleep(300)) last = states();
    assert.is(alive(`sleep\0${mark}`).length, 22);
    assert.equal(
      paths.map((path) => it.pids(path)),
      before,
    );
    for (const client of others) await client[Symbol.asyncDispose]();
  });

  test(`${user.name}: a run that is stopped while it restarts ends, and leaves nothing`, async () => {
    for (let round = 0; round < 8; round++) {
      const mark = freshMark();
      await using it = await live(
        user,
        `processes: {w: {run: sleep ${mark}, replicas: 5}}
sandboxes: {in: {processes: {only: sleep ${mark}}}}
`,
      );
      const paths = ["w.1", "w.2", "w.3", "w.4", "w.5", "in/only"];
      const storm = paths.map(async (path) => {
        for (let errno: unknown = 0; errno === 0 || errno === EALREADY; )
          errno = await it.client.ask("restart", it.slot(path));
      });
      await Bun.sleep(20 + 7 * round);
      assert.is(await it.run.stop(), 130);
      await Promise.all(storm);
      assert.equal(alive(mark), []);
    }
  });
}

const [user] = users;
assert.ok(user);

const filter = join(scratch, "no-clone3");
const built = Bun.spawnSync(["cc", "-o", filter, join(root, "test/native/no-clone3.c")]);
assert.is(built.exitCode, 0, built.stderr.toString());
chmodSync(filter, 0o755);

test("where the kernel chooses the PIDs a process lives again, with the next number", async () => {
  const mark = freshMark();
  const filtered: User = { ...user, prefix: [...user.prefix, filter] };
  await using it = await live(
    filtered,
    `processes: {a: sleep ${mark}}
sandboxes:
  in: {processes: {b: sleep ${mark}}}
  own: {init: one, stop: {grace: 300ms}, processes: {one: sleep ${mark}, c: sleep ${mark}}}
`,
  );
  assert.is(it.run.report.pid_mode, "ordered");
  for (const path of ["a", "in/b", "own/c"]) {
    const former = it.pids(path);
    for (let life = 0; life < 5; life++) assert.is(await it.client.restarted(it.slot(path)), 0);
    assert.is(it.pids(path).length, former.length);
    assert.ok(it.pids(path).every((pid, level) => pid > (former[level] ?? 0)));
  }
  assert.is(alive(`sleep\0${mark}`).length, 4);
});

test("a traced run has the events of each life, and the forks of each", async () => {
  const mark = freshMark();
  const spec = writeSpec(
    "traced",
    `sandbox: traced\nprocesses: {k: sleep ${mark}, a: {shell: "(exec true); exec sleep ${mark}"}}\n`,
  );
  await using run = await startRun(user, ["--trace", "--for", "60s", spec]);
  await using client = await liveClient(user, "traced");
  for (let life = 1; life <= 3; life++) {
    await Bun.sleep(300);
    assert.is(await client.restarted(2), 0);
  }
  await Bun.sleep(300);
  await run.stop();
  const [, ended] = reportsOf({ code: 0, err: "", out: await run.rest() });
  const forks = (ended?.trace ?? []).filter(({ event }) => event === "fork");
  assert.is(forks.filter(({ path }) => path === "a").length, 4);
  assert.is(forks.filter(({ path, parent }) => path.startsWith("a+") && parent === "a").length, 4);
  assert.is((ended?.processes ?? []).filter(({ path }) => path === "a").length, 1);
});

const descriptorsOf = (pid: number | null | undefined) => readdirSync(`/proc/${pid}/fd`).length;

const rootTest = process.getuid?.() === 0 ? test : test.skip;
if (rootTest === test.skip) console.log("SKIP this machine's root is needed to look into the shim");

rootTest("monitor and inits have as many descriptors after 1,000 restarts", async () => {
  const mark = freshMark();
  await using it = await live(
    user,
    `processes: {a: "sleep ${mark}"}
sandboxes: {in: {init: one, stop: {grace: 300ms}, processes: {one: sleep ${mark}, b: {shell: "echo b; exec sleep ${mark}"}}}}
`,
  );
  const rows = it.run.report.processes;
  const shims = () => [
    descriptorsOf(rows[0]?.ppids[0] || parentOf(rows[0]?.pids[0])),
    descriptorsOf(rows[0]?.pids[0]),
  ];
  await it.client.restarted(it.slot("in/b"));
  await Bun.sleep(300);
  const before = shims();
  for (let life = 0; life < 500; life++) {
    assert.is(await it.client.restarted(it.slot("a")), 0);
    assert.is(await it.client.restarted(it.slot("in/b")), 0);
  }
  assert.ok(await until(() => JSON.stringify(shims()) === JSON.stringify(before)), `${shims()}`);
});

function parentOf(pid: number | null | undefined): number {
  const [child] = [Bun.spawnSync(["ps", "-o", "ppid=", "-p", String(pid)])];
  return Number(child?.stdout.toString());
}

test("the only process of a run is restarted, and the run goes on until it ends by itself", async () => {
  await using it = await live(
    user,
    `processes: {only: {shell: "sleep 0.4", stop: {signal: KILL}, expect: {exit: 0}, essential: true}}\n`,
  );
  for (let life = 1; life <= 20; life++) {
    assert.is(await it.client.restarted(it.slot("only")), 0);
  }
  const wait = it.client.ask("wait");
  const [, ended] = reportsOf({ code: 0, err: "", out: await it.run.rest() });
  assert.is(await it.run.exited, 0);
  assert.is(ended?.processes[1]?.restarts, 20);
  assert.equal(await wait, { state: "exited", exitCode: 0, exitSignal: 0, generation: 0 });
});

test("a number that an own init keeps, as it never reaps, is a fault with a step of its own", async () => {
  const spec = writeSpec(
    "kept",
    `sandbox: kept
processes: {k: sleep 30}
sandboxes: {in: {init: one, stop: {grace: 300ms}, processes: {one: sleep 71000, leaves: {shell: "sleep 0.2 & exit 0", stop: {grace: 100ms}}}}}
`,
  );
  await using run = await startRun(user, [spec]);
  await using client = await liveClient(user, "kept");
  await client.ask("wait", 3);
  await Bun.sleep(300);
  assert.is(await client.ask("start", 3), 0);
  const [, ended] = reportsOf({ code: 0, err: "", out: await run.rest() });
  assert.is(ended?.processes[3]?.fault?.step, "pid_held");
  assert.is(await run.exited, 1);
});

test("what waits for an end waits for the last one, and what was met stays met", async () => {
  const mark = freshMark();
  const spec = writeSpec(
    "waits",
    `sandbox: waits
processes:
  job: {shell: "sleep 1.5"}
  beside: {run: sleep ${mark}, depends_on: [job]}
  after: {shell: "exec sleep ${mark}", depends_on: {job: succeeded}}
`,
  );
  // The first report comes once all have started, so only after the job.
  const starting = startRun(user, ["--for", "60s", spec]);
  assert.ok(await until(() => alive(`sleep\0${mark}`).length === 1));
  await using client = await liveClient(user, "waits");
  const of = (number: number) =>
    client.events
      .filter(({ slot }) => slot === number)
      .map(({ event, generation }) => `${event} ${generation}`);
  const [job, beside, after] = [1, 2, 3];
  assert.is(await client.restarted(job), 0);
  assert.equal(of(after), []);
  await using _run = await starting;
  assert.ok(await until(() => of(after).includes("started 0")));
  assert.ok(of(job).includes("ended 1"));
  assert.is(await client.ask("start", job), 0);
  assert.ok(await until(() => of(job).includes("started 2")));
  assert.is(await client.ask("restart", job), 0);
  assert.ok(await until(() => of(job).includes("ended 3")));
  assert.equal(of(after), ["start_asked 0", "started 0"]);
  assert.equal(of(beside), ["start_asked 0", "started 0"]);
});

test("each life has its own time-out, and `until` waits for the last end of each copy", async () => {
  const mark = freshMark();
  await using it = await live(
    user,
    `processes: {k: sleep ${mark}, due: {run: sleep ${mark}, timeout: 1500ms}}
sandboxes: {in: {until: w, processes: {x: sleep ${mark}, w: {run: sleep ${mark}, replicas: 2}}}}
`,
  );
  const { client, slot } = it;
  const at = (path: string, event: string, generation: number) =>
    client.events.find(
      (each) => each.slot === slot(path) && each.event === event && each.generation === generation,
    )?.atNs ?? 0;
  const ended = async (path: string) => {
    assert.is(await client.ask("stop", slot(path)), 0);
    await client.ask("wait", slot(path));
  };
  assert.is(await client.restarted(slot("due")), 0);
  await ended("in/w.2");
  assert.is(await client.ask("start", slot("in/w.2")), 0);
  assert.is(await client.restarted(slot("in/w.1")), 0);
  await ended("in/w.1");
  // One copy has ended twice, but the other one lives again.
  await Bun.sleep(200);
  assert.is(at("in/x", "stop_asked", 0), 0);
  await ended("in/w.2");
  assert.ok(await until(() => at("in/x", "ended", 0) > 0));
  assert.ok(at("in/x", "stop_asked", 0) > at("in/w.2", "ended", 1));
  assert.ok(await until(() => at("due", "ended", 1) > 0));
  assert.ok(at("due", "ended", 1) - at("due", "started", 1) > 1_400_000_000);
});

test("each life has its input from the start, and its output is passed on", async () => {
  await using it = await live(
    user,
    `processes: {cat: {run: cat, stdin: {text: "hello"}}, end: {shell: "sleep 3; echo end"}}\n`,
  );
  const cat = it.slot("cat");
  await it.client.ask("wait", cat);
  for (let life = 1; life <= 3; life++) {
    assert.is(await it.client.ask("start", cat), 0);
    assert.equal(await it.client.ask("wait", cat), {
      state: "exited",
      exitCode: 0,
      exitSignal: 0,
      generation: life,
    });
  }
  const [, ended] = reportsOf({ code: 0, err: "", out: await it.run.rest() });
  assert.is(ended?.processes[cat]?.restarts, 3);
  assert.is(ended?.complete, true);
});

test("a sandbox's own init cannot be restarted, nor what is at its end", async () => {
  const mark = freshMark();
  await using it = await live(
    user,
    `processes: {a: sleep ${mark}}
sandboxes:
  own: {init: one, stop: {grace: 300ms}, processes: {one: sleep ${mark}, b: sleep ${mark}}}
  done: {until: c, processes: {c: sleep 0.1, d: {shell: "trap 'sleep 1; exit' TERM; while :; do sleep 0.05; done"}}}
`,
  );
  assert.is(await it.client.ask("restart", it.slot("own/one")), EOPNOTSUPP);
  assert.is(await it.client.ask("start", it.slot("own/one")), EOPNOTSUPP);
  await it.client.ask("wait", it.slot("done/c"));
  assert.is(await it.client.ask("start", it.slot("done/c")), ESHUTDOWN);
  assert.is(await it.client.ask("restart", it.slot("done/d")), ESHUTDOWN);
  assert.is(await it.client.ask("stop", it.slot("own/one")), 0);
  assert.equal(await it.client.ask("wait", it.slot("own/b")), {
    state: "exited",
    exitCode: 0,
    exitSignal: 9,
    generation: 0,
  });
  assert.is(await it.client.ask("start", it.slot("own/b")), ESHUTDOWN);
});

test("a stop is stronger than a restart that was asked for before", async () => {
  const mark = freshMark();
  await using it = await live(
    user,
    `processes: {slow: {shell: "trap 'sleep 0.3; exit 3' TERM; while :; do sleep 0.02; done", stop: {grace: 9s}}, b: sleep ${mark}}\n`,
  );
  const slow = it.slot("slow");
  await Bun.sleep(200);
  assert.is(await it.client.ask("restart", slow), 0);
  assert.is(await it.client.ask("restart", slow), EALREADY);
  assert.is(await it.client.ask("stop", slow), 0);
  const end = { state: "exited", exitCode: 3, exitSignal: 0, generation: 0 };
  assert.equal(await it.client.ask("wait", slow), end);
  await Bun.sleep(100);
  assert.equal(await it.client.ask("wait", slow), end);
  assert.is(await it.client.ask("restart", slow), 0);
  assert.is(await it.client.ask("stop", slow), 0);
});

test.run();
