/**
 * The long ones: `npm run soak [RUNS] [SEED]`, as root and as an ordinary user. RUNS runs of a spec
 * that forks at random have the same PIDs; of a tenth as many each, specs never seen before agree
 * with procfs, lively ones come to their end, and runs are killed at a random moment. Nothing may
 * be left after any. Then RUNS kills and stops of every part (soak-kill.ts), RUNS system calls that fail
 * (soak-faults.ts), and RUNS thousand mutations of plan images, against the sanitizer build.
 * Exit 1 at the first failure, with the seed that repeats it.
 */

import * as fs from "node:fs";
import type { Report } from "../src/report/report.ts";
import { assertHasAll, assertKernelSays } from "./kernel-word.ts";
import { generator } from "./random.ts";
import { randomSpec } from "./random-spec.ts";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  reportsOf,
  root,
  sandbox,
  scratch,
  type User,
  users,
  writeSpec,
} from "./sandbox.ts";
import { whileRunning } from "./while-running.ts";

const runs = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? 1);
const few = Math.ceil(runs / 10);
const random = generator(seed);

const forking = (mark: string) => `sandbox: forking
processes:
  a: {shell: "for i in $(seq $(($(od -An -N1 -tu1 /dev/urandom) % 12))); do (true) & done; wait; ${mark}", replicas: 2}
  late: {run: "true", depends_on: {a.1: exited}}
sandboxes:
  inner:
    init: own
    processes:
      own: {shell: "(true) & (true) & until [ -d /proc/2 ] && [ -d /proc/3 ]; do sleep 0.01; done; sleep 0.1"}
      member: {run: sleep 100, replicas: 2}
`;

/** A root's own init that does not want to end with its parent, and may fork before it says so. */
const clinging = (mark: string) => `sandbox: clinging
init: own
processes:
  own: {shell: "setpriv --pdeathsig clear sleep ${mark} & exec setpriv --pdeathsig clear sleep ${mark}"}
`;

/** What a run could leave, as text: compared before and after. */
function traces(user: User): string {
  const run = environmentFor(user)["SANDBOX_RUN_DIR"] ?? "";
  const cgroups = new Bun.Glob("**/*sandbox*").scanSync({
    cwd: "/sys/fs/cgroup",
    onlyFiles: false,
  });
  return JSON.stringify({
    mounts: fs.readFileSync("/proc/self/mounts", "utf8"),
    runs: fs.existsSync(run) ? fs.readdirSync(run) : [],
    files: fs.readdirSync(scratch),
    cgroups: [...cgroups].toSorted(),
    // The monitor, and each init, has the run's directory among its arguments.
    shims: alive(run),
    zombies: zombiesOf(process.pid),
  });
}

/** Dead children of `parent` that nobody has waited for. */
function zombiesOf(parent: number): string[] {
  return fs.readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
      const [state, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" && Number(ppid) === parent;
    } catch {
      return false;
    }
  });
}

/**
 * The end of a killed run takes a moment. A command that is killed after it has made the directory
 * of its run, and before the monitor is there to hold it, leaves that to the next command.
 */
async function assertNothingLeft(user: User, before: string, mark: string): Promise<void> {
  for (let tries = 0; tries < 250; tries++) {
    if (alive(mark).length === 0 && traces(user) === before) return;
    if (tries === 100) sandbox(user, "ls");
    await Bun.sleep(20);
  }
  throw new Error(`left:\n${traces(user)}\nbefore:\n${before}\nprocesses: ${alive(mark)}`);
}

function samePids(user: User): void {
  const spec = writeSpec("forking", forking("sleep 0.01"));
  let first = "";
  for (let run = 0; run < runs; run++) {
    const ran = sandbox(user, "up", "--json", spec);
    if (ran.code !== 0) throw new Error(`run ${run}: exit ${ran.code}\n${ran.err}`);
    const pids = reportsOf(ran).map(({ processes }) =>
      processes
        .filter(({ kind }) => kind === "declared" || kind === "init")
        .map((row) => [row.path, row.pids.slice(1)]),
    );
    first ||= JSON.stringify(pids);
    if (JSON.stringify(pids) !== first)
      throw new Error(`run ${run}: ${JSON.stringify(pids)}\nbefore: ${first}`);
  }
}

async function unseenSpec(user: User): Promise<void> {
  const mark = freshMark();
  const text = randomSpec({ random, mark, levels: 1 + Math.floor(random() * 8) });
  const spec = writeSpec("unseen", text);
  const ran = sandbox(user, "up", "--json", "--for", "0s", spec);
  if (ran.code !== 0) throw new Error(`exit ${ran.code}\n${ran.err}\nof ${text}`);
  const during = (report: Report, cli: number) => {
    assertKernelSays(report);
    const marked = alive(mark);
    const again = sandbox(user, "report", "unseen", "--format", "json");
    assertHasAll(JSON.parse(again.out) as Report, marked);
    process.kill(cli, "SIGINT");
  };
  await whileRunning(user, spec, during, "--name", "unseen");
}

function livelySpec(user: User): void {
  const levels = 1 + Math.floor(random() * 6);
  const text = randomSpec({ random, mark: freshMark(), levels, lively: true });
  const ran = sandbox(user, "up", "--json", writeSpec("lively", text));
  if (ran.code > 1 || /SBX3|SBX4003/.test(ran.err)) {
    throw new Error(`exit ${ran.code}\n${ran.err}\nof ${text}`);
  }
}

async function killedRun(user: User, before: string): Promise<void> {
  const mark = freshMark();
  const spec = writeSpec("killed", random() < 0.5 ? forking(`sleep ${mark}`) : clinging(mark));
  const child = Bun.spawn(commandFor(user, ["up", "--json", spec]), {
    env: environmentFor(user),
    stdio: ["ignore", "ignore", "ignore"],
  });
  await Bun.sleep(random() * 250);
  const shims = alive(environmentFor(user)["SANDBOX_RUN_DIR"] ?? "").map(Number);
  const victims = [child.pid, ...shims];
  const victim = victims[Math.floor(random() * victims.length)] ?? child.pid;
  process.kill(victim, "SIGKILL");
  // Where an init inside was the victim, the run goes on without it.
  if (shims.indexOf(victim) > 0) child.kill("SIGINT");
  await child.exited;
  await assertNothingLeft(user, before, mark);
}

for (const user of users) {
  sandbox(user, "version"); // makes the user's directories
  for (const name of ["forking", "unseen", "lively", "killed"]) writeSpec(name, "");
  const before = traces(user);
  try {
    samePids(user);
    await assertNothingLeft(user, before, "forking.yaml");
    console.log(`${user.name}: ${runs} runs with the same PIDs, nothing left`);
    for (let run = 0; run < few; run++) await unseenSpec(user);
    await assertNothingLeft(user, before, "unseen.yaml");
    console.log(`${user.name}: ${few} specs never seen before as procfs says, nothing left`);
    for (let run = 0; run < few; run++) livelySpec(user);
    await assertNothingLeft(user, before, "lively.yaml");
    console.log(`${user.name}: ${few} lively specs came to their end, nothing left`);
    for (let run = 0; run < few; run++) await killedRun(user, before);
    console.log(`${user.name}: ${few} SIGKILLs at random moments, nothing left`);
  } catch (error) {
    console.error(`soak with seed ${seed}, as ${user.name}: ${(error as Error).message}`);
    process.exit(1);
  }
}

/** Kills and stops of the command and of the shim's processes, at random moments. */
const killed = Bun.spawnSync([process.execPath, "test/soak-kill.ts", String(runs), String(seed)], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});
if (killed.exitCode !== 0) process.exit(1);

/** System calls of the shim that fail, one a run. */
const failing = Bun.spawnSync(
  [process.execPath, "test/soak-faults.ts", String(runs), String(seed)],
  {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  },
);
if (failing.exitCode !== 0) process.exit(1);

const fuzzed = Bun.spawnSync([process.execPath, "test/native/fuzz.test.ts"], {
  cwd: root,
  env: { ...process.env, FUZZ_ROUNDS: String(runs * 1000) },
});
if (fuzzed.exitCode !== 0) {
  console.error(fuzzed.stdout.toString());
  process.exit(1);
}
console.log(`plan images: ${runs * 1000} mutations of each of three, clean under ASan and UBSan`);
