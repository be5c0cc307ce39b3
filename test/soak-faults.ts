/**
 * Each system call that the shim makes in runs of each kind, failing: `bun test/soak-faults.ts
 * [COUNT] [SEED] [NAMES]`. COUNT of all (call, errno) pairs are chosen by SEED; 0: all. NAMES, with
 * commas: of these subjects alone. Exit 1 if one run ended as none may.
 */

import { availableParallelism } from "node:os";
import {
  Bench,
  buildCommand,
  buildInjector,
  type Ended,
  type Fault,
  faultsOf,
  SUBJECTS,
  type Subject,
  wrongOf,
} from "./faults.ts";
import { generator } from "./random.ts";
import { type User, users } from "./sandbox.ts";

const count = Number(process.argv[2] ?? 300);
const seed = Number(process.argv[3] ?? 1);
const names = process.argv[4]?.split(",");
const next = generator(seed);

interface Job {
  readonly user: User;
  readonly subject: Subject;
  readonly fault: Fault;
  readonly clean: Ended;
}

const injector = buildInjector();
const command = await buildCommand();
let benches = 0;

async function jobsOf(user: User, subject: Subject): Promise<Job[]> {
  const bench = new Bench(user, subject, injector, command, benches++);
  const clean = await bench.run(null);
  if (clean.code !== 0)
    throw new Error(`${subject.name}, as ${user.name}: ${clean.code}\n${clean.err}`);
  return faultsOf(clean.calls).map((fault) => ({ user, subject, fault, clean }));
}

function chosen(jobs: Job[]): Job[] {
  if (count === 0 || count >= jobs.length) return jobs;
  for (let at = 0; at < count; at++) {
    const other = at + Math.floor(next() * (jobs.length - at));
    [jobs[at], jobs[other]] = [jobs[other] as Job, jobs[at] as Job];
  }
  return jobs.slice(0, count);
}

const subjects = SUBJECTS.filter(({ name }) => names?.includes(name) ?? true);
const all: Job[] = [];
for (const user of users) {
  for (const subject of subjects) all.push(...(await jobsOf(user, subject)));
}
const calls = new Set(
  all.map(({ user, subject, fault }) =>
    [user.name, subject.name, fault.process, fault.call, fault.nth].join(),
  ),
);
const queue = chosen(all);
const total = queue.length;
const wrongs: string[] = [];
const counts = { passed: 0, reported: 0, missed: 0 };

async function work(): Promise<void> {
  const made = new Map<string, Bench>();
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    const { user, subject, fault, clean } = job;
    const key = `${user.name} ${subject.name}`;
    const bench = made.get(key) ?? new Bench(user, subject, injector, command, benches++);
    made.set(key, bench);
    const ended = await bench.run(fault);
    const isMissed = ended.calls.length === 0;
    counts[isMissed ? "missed" : ended.code === 0 ? "passed" : "reported"]++;
    const wrong = wrongOf(ended, clean, fault, subject);
    if (wrong === null || (isMissed && ended.code === 0)) continue;
    const { process: name, call, nth, errno } = fault;
    const line = `${key}: ${name} ${call} ${nth} ${errno}: ${wrong} (exit ${ended.code}, ${Math.round(ended.ms)} ms)`;
    wrongs.push(line);
    console.log(`${line}\n${ended.err.trimEnd()}\n`);
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(
  `${total} of ${all.length} faults of ${calls.size} calls: ${counts.passed} tolerated, ${counts.reported} reported, ${counts.missed} not met, ${wrongs.length} wrong (seed ${seed})`,
);
process.exit(wrongs.length > 0 ? 1 : 0);
