/**
 * Kills and stops of the command, the monitor, the guard and any init at random moments: whatever
 * happens, everything is gone in time, and no directory stays. `bun test/soak-kill.ts [ROUNDS] [SEED]`.
 */

import * as fs from "node:fs";
import { generator } from "./random.ts";
import {
  alive,
  commandFor,
  environmentFor,
  freshMark,
  sandbox,
  users,
  writeSpec,
} from "./sandbox.ts";

const rounds = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? 1);
/** What the contract allows after the last word, and more for a busy machine. Ms. */
const END_MS = 2_000;
const BUSY_MS = 2_000;

const next = generator(seed);
const below = (end: number) => Math.floor(next() * end);
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;

const specs: readonly ((mark: string) => string)[] = [
  (mark) => `sandbox: r${mark}
processes: {top: {run: sleep ${mark}, replicas: 5}}
sandboxes: {outer: {processes: {a: {shell: "sleep ${mark} & sleep ${mark}"}}, sandboxes: {inner: {processes: {b: sleep ${mark}}}}}}
`,
  (mark) => `sandbox: o${mark}
init: app
processes: {app: sleep ${mark}, member: {shell: "sleep ${mark} & wait", replicas: 20}}
`,
  (mark) => `sandbox: s${mark}
namespaces: {pid: inherit}
processes: {a: {shell: "(trap '' TERM; sleep ${mark}) & sleep ${mark}"}}
sandboxes: {box: {processes: {b: sleep ${mark}}}, flat: {namespaces: {pid: inherit}, processes: {c: sleep ${mark}}}}
`,
  (mark) => `sandbox: n${mark}
sandboxes: {own: {init: app, processes: {app: sleep ${mark}, m: {run: sleep ${mark}, replicas: 10}}}}
`,
];

const commOf = (pid: string): string => {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
};

function send(pid: number, signal: string): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

let failures = 0;
const counts = new Map<string, number>();
for (let round = 0; round < rounds; round++) {
  const user = users[round % users.length];
  if (user === undefined) break;
  const mark = freshMark();
  const spec = writeSpec(`soak-${mark}`, pick(specs)(mark));
  sandbox(user, "version"); // makes the user's directories
  const env = environmentFor(user);
  const cli = Bun.spawn(commandFor(user, ["up", ...(below(6) === 0 ? ["--trace"] : []), spec]), {
    env,
    stdio: ["ignore", "ignore", "ignore"],
  });
  await Bun.sleep(below(900));
  const what: string[] = [];
  for (let blows = 1 + below(2); blows > 0; blows--) {
    const shims = alive(mark).filter((pid) => commOf(pid).startsWith("sandbox-"));
    const victim = below(3) === 0 || shims.length === 0 ? String(cli.pid) : pick(shims);
    const signal = pick(["SIGKILL", "SIGSTOP", "SIGSTOP"]);
    if (victim === String(cli.pid) && signal === "SIGSTOP") continue;
    what.push(`${victim === String(cli.pid) ? "command" : commOf(victim)} ${signal}`);
    send(Number(victim), signal);
    await Bun.sleep(below(100));
  }
  if (below(2) === 0) {
    what.push("SIGINT twice");
    cli.kill("SIGINT");
    await Bun.sleep(100 + below(200));
    cli.kill("SIGINT");
  } else {
    what.push("command SIGKILL");
    cli.kill("SIGKILL");
  }
  const from = performance.now();
  while (alive(mark).length > 0 && performance.now() - from < END_MS + BUSY_MS) await Bun.sleep(20);
  const left = alive(mark);
  const names = left.map((pid) => `${commOf(pid)}:${pid}`).join(" ");
  for (const pid of left) send(Number(pid), "SIGKILL");
  await cli.exited;
  const runs = () => fs.readdirSync(env["SANDBOX_RUN_DIR"] ?? "");
  sandbox(user, "ls");
  // One that the command was killed in before the monitor had it is taken for unfinished for 5 s.
  for (let tries = 0; runs().length > 0 && tries < 7; tries++) {
    await Bun.sleep(1_000);
    sandbox(user, "ls");
  }
  const kept = runs();
  for (const each of what) counts.set(each, (counts.get(each) ?? 0) + 1);
  if (left.length > 0 || kept.length > 0) {
    failures++;
    console.log(
      `round ${round} (${user.name}): ${what.join(", ")}; left: ${names}; kept: ${kept.join(" ")}`,
    );
  }
}
for (const [what, count] of counts) console.log(`${count} x ${what}`);
console.log(`${rounds} rounds, ${failures} failures, seed ${seed}`);
process.exit(failures > 0 ? 1 : 0);
