/** A traced run: nothing is missed, and nothing is different but slower. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { canonicalReport } from "../../src/report/canonical.ts";
import type { Report, ReportTraceEvent } from "../../src/report/report.ts";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  reportsOf,
  root,
  sandbox,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("trace");

/** Who is traced by what; what is not given to a shim, it chooses itself. */
interface Way {
  readonly name: string;
  readonly user: User;
  readonly tracer: "bpf" | "ptrace";
}

const hello = writeSpec("hello", "sandbox: hello\nprocesses: {a: 'true'}\n");
/** What the shim chooses by itself: BPF where the host has it, and there both can be tried. */
const ways: readonly Way[] = users.flatMap((user) => {
  const chosen = traced({ user }, hello).report.tracer?.by;
  return (chosen === "bpf" ? (["bpf", "ptrace"] as const) : (["ptrace"] as const)).map(
    (tracer) => ({ name: `by ${tracer} as ${user.name}`, user, tracer }),
  );
});

function traced(
  { user, tracer }: Omit<Way, "name" | "tracer"> & { tracer?: Way["tracer"] },
  spec: string,
): { code: number; err: string; report: Report; events: readonly ReportTraceEvent[] } {
  process.env["SANDBOX_TRACER"] = tracer ?? "";
  const ran = sandbox(user, "up", "--json", "--trace", spec);
  const report = reportsOf(ran)[1] as Report;
  return { code: ran.code, err: ran.err, report, events: report?.trace ?? [] };
}

for (const way of ways) {
  test(`each process of a small run, in order, ${way.name}`, () => {
    const spec = writeSpec(
      "small",
      `sandbox: small
processes:
  a: {shell: "(true) & sh -c 'exit 3'; wait; kill -9 $$", expect: {signal: KILL}}
sandboxes: {inner: {init: app, processes: {app: {shell: "sh -c 'exit 4'; exit 0"}, w: sleep 0.01}}}
`,
    );
    const { code, err, report, events } = traced(way, spec);
    assert.is(code, 0, err);
    const texts = (path: RegExp) =>
      events
        .filter((event) => path.test(event.path))
        .map(({ event, argv, exit }) =>
          [event, ...(argv ?? []), ...(exit ? [JSON.stringify(exit)] : [])].join(" "),
        );
    assert.equal(texts(/^a$/), [
      "fork",
      "exec /bin/sh -c (true) & sh -c 'exit 3'; wait; kill -9 $$",
      'exit {"signal":"KILL"}',
    ]);
    assert.equal(texts(/^a\+/).toSorted(), [
      "exec sh -c exit 3",
      'exit {"code":0}',
      'exit {"code":3}',
      "fork",
      "fork",
    ]);
    assert.equal(texts(/^inner\/app\+/), ["fork", "exec sh -c exit 4", 'exit {"code":4}']);
    // PIDs at every level, of processes that are long gone.
    const gone = report.processes.filter(({ kind }) => kind === "forked");
    assert.equal(
      gone.map(({ path, pids, ppids }) => [path.replace(/\d+$/, "N"), pids.length, ppids.at(-1)]),
      [
        ["a+N", 2, 3],
        ["a+N", 2, 3],
        ["inner/app+N", 3, 1],
      ],
    );
    for (const event of events) assert.ok(event.path !== "", JSON.stringify(event));
    const times = events.map(({ at_ns: at }) => at);
    assert.equal(
      times,
      times.toSorted((a, b) => a - b),
    );
  });

  test(`10,000 forks in a storm: each one is there, with its end, ${way.name}`, () => {
    const spec = writeSpec(
      "storm",
      `sandbox: storm
processes:
  storm: {shell: "i=0; while [ $i -lt 1250 ]; do (exit 7) & (:) & i=$((i+1)); [ $((i % 50)) -ne 0 ] || wait; done; wait", replicas: 4}
`,
    );
    const { code, err, report, events } = traced(way, spec);
    assert.is(code, 0, err);
    const forked = report.processes.filter(({ kind }) => kind === "forked");
    assert.is(forked.length, 10_000);
    assert.is(
      forked.filter(({ exit }) => exit !== null && "code" in exit && exit.code === 7).length,
      5_000,
    );
    assert.is(
      events.filter(({ event, path }) => event === "fork" && path.includes("+")).length,
      10_000,
    );
    assert.is(
      events.filter(({ event, path }) => event === "exit" && path.includes("+")).length,
      10_000,
    );
    assert.is(new Set(forked.map(({ path }) => path)).size, 10_000);
    for (const { pids, ppids, path } of forked) {
      assert.ok(pids.length === 2 && Number(pids[1]) > 5, path);
      assert.ok(Number(ppids[1]) >= 2 && Number(ppids[1]) <= 5, path);
    }
  });

  test(`stops, signals and threads go on as they would, ${way.name}`, () => {
    const spec = writeSpec(
      "signals",
      `sandbox: signals
processes:
  stopped: {shell: "sh -c 'kill -STOP $$; exit 5' & sleep 0.2; grep -q 'State:.[Tt]' /proc/$!/status || exit 1; kill -CONT $!; wait $!; [ $? -eq 5 ]"}
  trapped: {shell: "trap 'exit 6' TERM; kill -TERM $$; exit 1", expect: {exit: 6}}
  trap: {shell: "kill -TRAP $$", expect: {signal: TRAP}}
  threads: {run: [python3, -c, "import threading; t=[threading.Thread(target=lambda: None) for _ in range(20)]; [x.start() for x in t]; [x.join() for x in t]"]}
`,
    );
    const { code, err, report, events } = traced(way, spec);
    assert.is(code, 0, err);
    assert.equal(
      report.processes.filter(({ path }) => path.startsWith("threads+")),
      [],
    );
    assert.is(events.filter(({ path, event }) => path === "threads" && event === "exit").length, 1);
  });

  for (const victim of ["tracer", "cli", "monitor"] as const) {
    test(`SIGKILL of the ${victim} leaves nothing, ${way.name}`, async () => {
      const mark = freshMark();
      const spec = writeSpec(
        "killed",
        `sandbox: killed\nprocesses: {a: {shell: "sleep ${mark} & sleep ${mark}"}}\n`,
      );
      process.env["SANDBOX_TRACER"] = way.tracer;
      const child = Bun.spawn(commandFor(way.user, ["up", "--json", "--trace", spec]), {
        env: environmentFor(way.user),
        stdio: ["ignore", "pipe", "ignore"],
      });
      const reader = child.stdout.getReader();
      const { value } = await reader.read();
      const report = JSON.parse(new TextDecoder().decode(value).split("\n")[0] ?? "") as Report;
      const monitor = Number(report.processes[0]?.ppids[0]);
      const tracer = Number(
        /^PPid:\t(\d+)$/m.exec(fs.readFileSync(`/proc/${monitor}/status`, "utf8"))?.[1],
      );
      process.kill({ tracer, cli: child.pid, monitor }[victim], "SIGKILL");
      for (let tries = 0; tries < 100 && alive(mark).length > 0; tries++) await Bun.sleep(20);
      assert.equal(alive(mark), []);
      while (!(await reader.read()).done);
      await child.exited;
      const run = `${environmentFor(way.user)["XDG_RUNTIME_DIR"]}/sandbox`;
      for (let tries = 0; tries < 100 && fs.readdirSync(run).length > 0; tries++)
        await Bun.sleep(20);
      assert.equal(fs.readdirSync(run), []);
    });
  }
}

for (const name of ["stubborn-init", "init-death", "orphan", "thirty-one-levels", "dependencies"]) {
  test(`${name}: the traced run ends as the other one does`, () => {
    const file = `${root}/sandboxes/${name}.yaml`;
    const ends = ({ user, tracer }: Way, ...options: string[]) => {
      process.env["SANDBOX_TRACER"] = tracer;
      const ran = sandbox(user, "up", "--json", ...options, file);
      const last = reportsOf(ran)[1];
      return {
        code: ran.code,
        // An idle init ends by itself or with the one above, as it comes: that is no difference.
        rows:
          last &&
          canonicalReport(last)
            .processes.filter(({ kind }) => kind !== "forked")
            .map(({ path, pids, exit, ended_by: by }) => [path, pids, exit, by]),
      };
    };
    for (const way of ways) assert.equal(ends(way, "--trace"), ends(way), way.name);
  });
}

test.run();
