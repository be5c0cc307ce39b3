/** The end of a run that needs nobody's help: whatever is stopped or blocked, it is over in time. */

import * as fs from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  sandbox,
  type User,
  users,
  writeSpec,
} from "../sandbox.ts";

const test = suite("end");

/** What the contract allows from the last word on, and more for a busy machine. Ms. */
const END_MS = 2_000;
const BUSY_MS = 1_500;

/** How long the command took to say its version just now: on a busy machine all takes longer. Ms. */
let versionMs = 0;
const endMs = () => END_MS + Math.max(BUSY_MS, 10 * versionMs);

/** Until the workloads of a run that has its monitor are at work. */
const settled = (ms: number) => Bun.sleep(Math.max(ms, 5 * versionMs));

test.before(() => {
  for (const user of users) sandbox(user, "version"); // makes the user's directories
});

test.before.each(() => {
  const from = performance.now();
  sandbox(users[0] as User, "version");
  versionMs = performance.now() - from;
});

async function until(holds: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (!holds() && performance.now() < end) await Bun.sleep(20);
  return holds();
}

const namesOf = (mark: string): string[] => alive(mark).map(commOf);

interface Started {
  readonly cli: Bun.Subprocess;
  readonly mark: string;
  /** PID of the run's monitor. */
  readonly monitor: number;
  readonly runs: string;
  readonly user: User;
}

/** Starts `up` in the background and waits until `ready`, a file of the run, says that it may be ended. */
async function start(
  user: User,
  text: (mark: string) => string,
  ...options: string[]
): Promise<Started> {
  const mark = freshMark();
  const spec = writeSpec(`end-${mark}`, text(mark));
  const env = environmentFor(user);
  const cli = Bun.spawn(commandFor(user, ["up", ...options, spec]), {
    env,
    stdio: ["ignore", "ignore", "ignore"],
  });
  let monitor: string | undefined;
  await until(() => {
    monitor = alive(mark).find((pid) => commOf(pid) === "sandbox-monitor");
    return monitor !== undefined;
  }, 20_000);
  return { cli, mark, monitor: Number(monitor), runs: env["SANDBOX_RUN_DIR"] ?? "", user };
}

/** "" where it is gone. */
function textOf(path: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function commOf(pid: string): string {
  return textOf(`/proc/${pid}/comm`).trim();
}

/** Everything of the run has to be gone, its directory too. */
async function assertOver(started: Started): Promise<void> {
  await assertGone(started, "left");
  const { runs, user } = started;
  // Where the monitor was killed as well, the next command cleans.
  sandbox(user, "ls");
  assert.equal(fs.readdirSync(runs), []);
}

const CHAIN = ["outer guard", "inner guard", "monitor"];
const SIGNALS = ["SIGKILL", "SIGSTOP"];
const AT_A_TIME = 12;

const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

/** The PIDs of a run's guards, its monitor, and its root's init, if that is the shim. */
function chainOf(mark: string, monitor: number): Record<string, number> {
  const inner = parentOf(monitor);
  const init = alive(mark).find((pid) => commOf(pid) === "sandbox-init");
  return { monitor, "inner guard": inner, "outer guard": parentOf(inner), init: Number(init) };
}

function send(pid: number | undefined, signal: string): void {
  try {
    process.kill(pid ?? Number.NaN, signal);
  } catch (error) {
    // The first blow has ended it already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function assertGone({ cli, mark }: Started, what: string): Promise<void> {
  const isGone = await until(() => alive(mark).length === 0, endMs());
  const left = namesOf(mark);
  for (const pid of alive(mark)) send(Number(pid), "SIGKILL");
  assert.ok(isGone, `${what}: ${left.join(" ")}`);
  await cli.exited;
}

/** The command is asked twice, as by Ctrl-C, or dies; or the run's own time is up. */
const ends = {
  "a second SIGINT": async ({ cli }: Started) => {
    cli.kill("SIGINT");
    await Bun.sleep(100);
    cli.kill("SIGINT");
  },
  "SIGKILL of the command": ({ cli }: Started) => cli.kill("SIGKILL"),
};

const FOREVER = "sleep 1000";

/** Specs in which something holds up an init; `MARK` is an argument of every process. */
const frozen: Record<string, (mark: string) => string> = {
  "an init stopped by a workload above": (mark) => `
sandbox: frozen-${mark}
processes: {evil: {shell: "sleep 0.3; kill -STOP 3; : ${mark}; ${FOREVER}"}}
sandboxes: {in: {stop: {grace: 500ms}, processes: {a: sleep ${mark}}}}
`,
  "all stopped all the time": (mark) => `
sandbox: frozen-${mark}
processes: {evil: {shell: "sleep 0.3; trap '' TERM; : ${mark}; while :; do kill -STOP -1; done"}}
sandboxes: {in: {stop: {grace: 500ms}, processes: {a: sleep ${mark}}, sandboxes: {deep: {stop: {grace: 500ms}, processes: {b: sleep ${mark}}}}}}
`,
  "an init in vfork, its member stopped before the exec": (mark) => `
sandbox: frozen-${mark}
processes:
  evil: {shell: "until kill -STOP 4; do :; done 2>/dev/null; : ${mark}; ${FOREVER}"}
  wait: sleep 0.3
  late: {run: sleep ${mark}, depends_on: {wait: exited}, replicas: 30}
`,
  "an own init that stops its members": (mark) => `
sandbox: frozen-${mark}
init: app
processes:
  app: {shell: "sleep 0.3; trap '' TERM; : ${mark}; while :; do kill -STOP -1; done"}
  v: {run: sleep ${mark}, replicas: 5}
`,
  "members of an own init stopped before their exec": (mark) => `
sandbox: frozen-${mark}
init: app
processes:
  app: {shell: "trap '' TERM; : ${mark}; while :; do kill -STOP -1; done 2>/dev/null"}
  wait: sleep 0.3
  v: {run: sleep ${mark}, replicas: 100, depends_on: {wait: exited}}
`,
};

for (const user of users) {
  for (const [what, text] of Object.entries(frozen)) {
    for (const [how, end] of Object.entries(ends)) {
      test(`${user.name}: ${what}: ${how} ends the run`, async () => {
        const started = await start(user, text);
        await settled(600);
        await end(started);
        await assertOver(started);
      });
    }

    test(`${user.name}: ${what}: the time-out ends the run`, async () => {
      const limits = "timeout: 1s\nstop: {grace: 500ms}\n";
      const started = await start(user, (mark) => text(mark).replace(/\n/, `\n${limits}`));
      await Bun.sleep(1_500);
      await assertOver(started);
    });
  }

  const shared = (mark: string) => `
sandbox: shared-${mark}
namespaces: {pid: inherit}
processes:
  a: sleep ${mark}
  b: {shell: "(trap '' TERM; ${FOREVER}; : ${mark}) & ${FOREVER}; : ${mark}"}
`;

  for (const victim of ["sandbox-monitor", "sandbox-init", "sandbox-guard"]) {
    for (const [how, end] of Object.entries(ends)) {
      test(`${user.name}: ${victim} stopped by a process beside it: ${how} ends the run`, async () => {
        const started = await start(user, shared);
        await settled(700);
        const pids = alive(started.mark).filter((pid) => commOf(pid) === victim);
        assert.ok(pids.length > 0, namesOf(started.mark).join(" "));
        // An init stays so; a monitor, or an inner guard, is continued by the one above.
        for (const pid of pids) process.kill(Number(pid), "SIGSTOP");
        await end(started);
        await assertOver(started);
      });
    }
  }

  test(`${user.name}: SIGKILL of command and monitor at once leaves no process`, async () => {
    for (const text of [...Object.values(frozen), shared]) {
      const started = await start(user, text);
      await settled(700);
      assert.ok(alive(started.mark).includes(String(started.monitor)), "it ended by itself");
      process.kill(started.monitor, "SIGKILL");
      started.cli.kill("SIGKILL");
      await assertOver(started);
    }
  });

  const clinging = (mark: string) => `
sandbox: clinging-${mark}
init: app
processes:
  app: {shell: "setpriv --pdeathsig clear sleep ${mark} & exec setpriv --pdeathsig clear sleep ${mark}"}
`;

  for (const [what, text] of Object.entries({ shared, clinging })) {
    test(`${user.name}: ${what}: nothing survives two of the shim's processes and the command`, async () => {
      const kinds = what === "shared" ? [...CHAIN, "init"] : CHAIN;
      const blows = kinds.flatMap((first) =>
        kinds
          .filter((second) => second !== first)
          .flatMap((second) =>
            SIGNALS.flatMap((one) =>
              SIGNALS.map(
                (other) =>
                  [
                    [first, one],
                    [second, other],
                  ] as const,
              ),
            ),
          ),
      );
      // Some at a time: most of it is waiting.
      for (let at = 0; at < blows.length; at += AT_A_TIME) {
        const these = blows.slice(at, at + AT_A_TIME);
        const started = await Promise.all(these.map(() => start(user, text)));
        await settled(300);
        const chains = started.map(({ mark, monitor }) => chainOf(mark, monitor));
        for (const [i, { cli }] of started.entries()) {
          for (const [kind, signal] of these[i] ?? []) send(chains[i]?.[kind], signal);
          cli.kill("SIGKILL");
        }
        for (const [i, each] of started.entries()) await assertGone(each, String(these[i]));
        sandbox(user, "ls");
        assert.equal(fs.readdirSync(started[0]?.runs ?? ""), []);
      }
    });
  }

  for (const [what, target] of Object.entries({
    "the monitor": (chain: Record<string, number>) => chain["monitor"] ?? 0,
    "the outer guard": (chain: Record<string, number>) => chain["outer guard"] ?? 0,
    "the process group of all": (chain: Record<string, number>) => -(chain["outer guard"] ?? 0),
  })) {
    test(`${user.name}: one TERM for ${what} stops a guarded run, two kill it`, async () => {
      const deaf = (mark: string) => `
sandbox: deaf-${mark}
namespaces: {pid: inherit}
processes:
  polite: {shell: "trap 'exit 0' TERM; while :; do sleep 0.1; done; : ${mark}"}
  deaf: {shell: "trap '' TERM; while :; do sleep 0.1; done; : ${mark}", stop: {grace: 60s}}
`;
      const started = await start(user, deaf);
      await settled(300);
      const chain = chainOf(started.mark, started.monitor);
      const of = (word: string) =>
        alive(started.mark).filter((pid) => textOf(`/proc/${pid}/cmdline`).includes(word));
      assert.is(of("exit 0").length, 1);
      send(target(chain), "SIGTERM");
      assert.ok(await until(() => of("exit 0").length === 0, endMs()), "the polite one ends");
      await Bun.sleep(300);
      assert.ok(of("trap '' TERM").length > 0, "the deaf one has its grace");
      send(target(chain), "SIGTERM");
      await assertOver(started);
    });
  }

  test(`${user.name}: a run that ended by the death of a guard has not passed`, async () => {
    const started = await start(user, shared);
    await settled(300);
    send(chainOf(started.mark, started.monitor)["inner guard"], "SIGKILL");
    assert.is(await started.cli.exited, 130);
    await assertOver(started);
  });

  test(`${user.name}: a nested sandbox whose init is stopped runs out of time alone`, async () => {
    const mark = freshMark();
    const spec = writeSpec(
      "alone",
      `
sandbox: alone
processes:
  evil: {shell: "sleep 0.3; kill -STOP 5; sleep 2.5; : ${mark}", expect: {exit: 0}}
sandboxes: {in: {timeout: 600ms, stop: {grace: 300ms}, processes: {a: {run: sleep ${mark}, pids: {alone: 9}}}}}
`,
    );
    const ran = sandbox(user, "up", "--json", spec);
    assert.is(ran.code, 1, ran.err);
    const ended = JSON.parse(ran.out.trim().split("\n")[1] ?? "");
    const evil = ended.processes.find(({ path }: { path: string }) => path === "evil");
    assert.equal(evil.exit, { code: 0 }, ran.out);
    assert.equal(alive(mark), []);
  });
}

test.run();
