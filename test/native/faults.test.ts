/**
 * Some system calls of the shim fail, one a run: the run passes whole, or says what failed and why,
 * ends in time and leaves nothing. Those are chosen that it once did not hold for; `npm run soak` tries
 * all of them.
 */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  Bench,
  buildCommand,
  buildInjector,
  type Call,
  type Fault,
  SUBJECTS,
  wrongOf,
} from "../faults.ts";
import { type User, users } from "../sandbox.ts";

const test = suite("faults");

interface Choice {
  readonly name: string;
  readonly subject: string;
  readonly errno: string;
  readonly call: string;
  readonly process: RegExp;
  /** Each of the calls is tried, not some of them. */
  readonly each?: true;
}

const MONITOR = /^@1$/;
/** Where a run has guards: they are made first. */
const BELOW_GUARDS = /^@3$/;
const BELOW = /^\d/;
/** Members of level 2, by their PIDs at both levels: an init, its helpers, its processes. */
const DEEP = /^\d+\/\d+$/;

const CHOICES: readonly Choice[] = [
  {
    name: "output that cannot be watched",
    subject: "one",
    process: MONITOR,
    call: "epoll_ctl",
    errno: "ENOSPC",
  },
  {
    name: "output that cannot be sent at first, with an init begun meanwhile",
    subject: "several",
    process: BELOW,
    call: "sendmsg",
    errno: "ENOBUFS",
  },
  {
    name: "frames that cannot be sent at first",
    subject: "one",
    process: MONITOR,
    call: "sendmsg",
    errno: "ENOBUFS",
  },
  {
    name: "output that cannot be read",
    subject: "one",
    process: MONITOR,
    call: "read",
    errno: "EIO",
  },
  {
    name: "procfs that is not looked at",
    subject: "one",
    process: MONITOR,
    call: "fstatfs",
    errno: "ENOMEM",
  },
  {
    name: "a limit that cannot be read",
    subject: "flat",
    process: MONITOR,
    call: "prlimit64",
    errno: "ENOMEM",
    each: true,
  },
  {
    name: "capabilities that cannot be read",
    subject: "one",
    process: MONITOR,
    call: "capget",
    errno: "EPERM",
  },
  {
    name: "folders that cannot be made",
    subject: "one",
    process: BELOW,
    call: "mkdir",
    errno: "ENOMEM",
  },
  {
    name: "mounts that cannot be copied",
    subject: "one",
    process: BELOW,
    call: "open_tree",
    errno: "ENOMEM",
  },
  {
    name: "what is hidden or shown by prctl",
    subject: "one",
    process: /./,
    call: "prctl",
    errno: "EPERM",
  },
  {
    name: "helpers that cannot report",
    subject: "users",
    process: DEEP,
    call: "sendmsg",
    errno: "ENOBUFS",
  },
  {
    name: "helpers that cannot close what is not theirs",
    subject: "users",
    process: DEEP,
    call: "close_range",
    errno: "ENOMEM",
  },
  {
    name: "helpers that cannot be named by a descriptor",
    subject: "users",
    process: DEEP,
    call: "pidfd_open",
    errno: "EMFILE",
  },
  {
    name: "helpers that are not waited for at once",
    subject: "users",
    process: DEEP,
    call: "wait4",
    errno: "EINTR",
  },
  {
    name: "starts by a helper that cannot be watched",
    subject: "own",
    process: BELOW_GUARDS,
    call: "epoll_ctl",
    errno: "ENOMEM",
  },
  {
    name: "starts that cannot be told to go on",
    subject: "own",
    process: BELOW_GUARDS,
    call: "write",
    errno: "ENOBUFS",
  },
  {
    name: "starts that cannot be heard",
    subject: "own",
    process: BELOW_GUARDS,
    call: "recvmsg",
    errno: "ENOMEM",
  },
  {
    name: "an OOM score that cannot be read",
    subject: "files",
    process: BELOW,
    call: "pread64",
    errno: "EIO",
  },
  {
    name: "a traced fork whose child is not known",
    subject: "trace",
    process: MONITOR,
    call: "ptrace",
    errno: "EPERM",
  },
];

const injector = buildInjector();
const command = await buildCommand();

/** Most of a run is waiting. */
const AT_A_TIME = 4;
const CALLS_MAX = 5;

/** As many as are tried, from all over the run, the last one too. */
function spread(calls: readonly Call[]): Call[] {
  const step = Math.max(1, calls.length / CALLS_MAX);
  return calls.filter((_, at) => Math.floor((at + 1) / step) > Math.floor(at / step));
}

async function wrongsOf(user: User, choice: Choice): Promise<{ wrongs: string[]; count: number }> {
  const subject = SUBJECTS.find(({ name }) => name === choice.subject);
  if (subject === undefined) throw new Error(choice.subject);
  const benches = Array.from({ length: AT_A_TIME }, (_, at) => at).map(
    (at) =>
      new Bench(user, subject, injector, command, `${users.indexOf(user)}-${subject.name}-${at}`),
  );
  const clean = await benches[0]?.run(null);
  if (clean === undefined) throw new Error("there is a bench");
  assert.is(clean.code, 0, clean.err);
  const calls = clean.calls.filter(
    ({ process: name, call }: Call) => call === choice.call && choice.process.test(name),
  );
  const queue = choice.each ? [...calls] : spread(calls);
  const count = queue.length;
  const wrongs: string[] = [];
  const work = async (bench: Bench) => {
    for (let call = queue.shift(); call !== undefined; call = queue.shift()) {
      const fault: Fault = { ...call, errno: choice.errno };
      const ended = await bench.run(fault);
      const wrong = wrongOf(ended, clean, fault, subject);
      if (wrong !== null)
        wrongs.push(`${call.process} ${call.call} ${call.nth}: ${wrong}\n${ended.err}`);
    }
  };
  await Promise.all(benches.map(work));
  return { wrongs, count };
}

for (const choice of CHOICES) {
  // Runs with an init of their own take long, and are alike for both.
  for (const user of choice.subject === "own" ? users.slice(0, 1) : users) {
    test(`${choice.name} (${choice.errno}), as ${user.name}`, async () => {
      const { wrongs, count } = await wrongsOf(user, choice);
      assert.equal(wrongs, []);
      assert.ok(count > 0, "the shim makes this call");
    });
  }
}

test.run();
