/**
 * Runs in which one system call of one process of the shim fails: what may come of it, and nothing
 * else. `native/faults.c` makes it fail; `soak-faults.ts` tries all calls, `native/faults.test.ts` some.
 */

import * as fs from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { Report } from "../src/report/report.ts";
import { alive, root, scratch, type User } from "./sandbox.ts";

/** A call that the shim has made, as a recording names it. */
export interface Call {
  readonly process: string;
  readonly call: string;
  readonly nth: number;
}

export interface Fault extends Call {
  readonly errno: string;
  /** All calls from that one on fail. */
  readonly goesOn?: true;
}

export interface Subject {
  readonly name: string;
  readonly spec: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** By the shim alone, without the command around it. */
  readonly isBare?: true;
}

export interface Ended {
  /** 128 and the signal's number, or null: it had to be ended. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What the injector has written. */
  readonly calls: readonly Call[];
  readonly left: string;
  readonly ms: number;
}

/** Longer than any bound of the shim, and what a busy machine adds. Ms. */
const RUN_MS_MAX = 8_000;
const CLEAN_UP_MS_MAX = 2_000;

const UNDER_TIME = "namespaces: {time: {monotonic: 1h, boottime: 1h}}\n";

/** The workloads of each end by themselves, at once, and always alike. */
export const SUBJECTS: readonly Subject[] = [
  {
    name: "one",
    spec: `processes: {a: {shell: "echo out; echo err >&2"}}`,
  },
  {
    name: "bare",
    spec: `processes: {a: {shell: "echo out; echo err >&2"}}`,
    isBare: true,
  },
  {
    name: "several",
    spec: `processes:
  a: {shell: "echo out; echo err >&2", replicas: 3}
  b: {shell: "echo late", depends_on: {a.1: exited}}
sandboxes: {inner: {processes: {c: {shell: "echo inner; exit 0"}}}}`,
  },
  {
    name: "users",
    spec: `sandboxes:
  one:
    namespaces: {user: new}
    processes: {a: {shell: "echo one"}}
    sandboxes:
      two:
        namespaces: {user: new}
        processes: {b: {shell: "echo two"}}`,
  },
  {
    name: "own",
    spec: `init: app
processes: {app: {shell: "sleep 0.6; echo app"}, member: {shell: "echo member"}}
sandboxes: {in: {init: one, processes: {one: {shell: "sleep 0.4; echo one"}, other: {shell: "echo other"}}}}`,
  },
  {
    name: "flat",
    spec: `namespaces: {pid: inherit}
processes: {a: {shell: "echo out; echo err >&2"}}
sandboxes: {in: {processes: {b: {shell: "echo in"}}}}`,
  },
  {
    name: "time",
    spec: `${UNDER_TIME}processes: {a: {shell: "echo out"}}
sandboxes: {in: {namespaces: {time: {monotonic: 2h}}, processes: {b: {shell: "echo in"}}}}`,
  },
  {
    name: "files",
    spec: `hostname: files
namespaces: {net: new}
processes:
  a: {shell: "cat", stdin: {text: "some text"}, stdout: {file: /tmp/out}, stderr: {file: /tmp/err}}
  b: {shell: "cat >/dev/null; echo b", stdin: {file: /etc/passwd}, stderr: stdout, stdout: "null"}
  c: {shell: "echo c", nice: 5, oom_score_adj: 500, umask: "077", cwd: /usr, limits: {nofile: 64}, ignore_signals: [HUP]}`,
  },
  {
    name: "trace",
    spec: `processes: {a: {shell: "(true); echo out"}}`,
    args: ["--trace"],
    env: { SANDBOX_TRACER: "ptrace" },
  },
];

/** Their failure means nothing, or is not one that a kernel could give. */
const SAFE = new Set(["close", "umask", "brk", "rt_sigaction", "rt_sigprocmask", "munmap"]);

const DESCRIPTOR = ["EMFILE", "ENOMEM"];
const PATH = ["EACCES", "EMFILE", "ENOMEM", "EIO"];

/** What fits the call; all others have OTHERS. */
const ERRNOS: Readonly<Record<string, readonly string[]>> = {
  clone3: ["EAGAIN", "ENOMEM", "ENOSPC", "EPERM", "ENOSYS"],
  clone: ["EAGAIN", "ENOMEM"],
  fork: ["EAGAIN", "ENOMEM"],
  vfork: ["EAGAIN", "ENOMEM"],
  dup: DESCRIPTOR,
  dup2: ["EMFILE", "EINTR"],
  dup3: ["EMFILE", "EINTR"],
  epoll_create1: DESCRIPTOR,
  epoll_ctl: ["ENOSPC", "ENOMEM"],
  epoll_wait: ["EINTR"],
  epoll_pwait: ["EINTR"],
  eventfd2: DESCRIPTOR,
  execve: ["EACCES", "ENOMEM", "EIO"],
  execveat: ["EACCES", "ENOMEM", "EPERM"],
  fallocate: ["ENOSPC", "EINTR", "EIO", "EOPNOTSUPP"],
  flock: ["EINTR", "ENOLCK", "EWOULDBLOCK"],
  kill: ["EPERM"],
  madvise: ["ENOMEM", "EINVAL"],
  memfd_create: ["EMFILE", "ENOMEM", "EPERM", "ENOSYS"],
  fcntl: ["EACCES"],
  mmap: ["ENOMEM"],
  mprotect: ["ENOMEM"],
  nanosleep: ["EINTR"],
  open: PATH,
  openat: PATH,
  openat2: [...PATH, "ENOSYS"],
  pipe2: ["EMFILE", "ENFILE"],
  poll: ["EINTR", "ENOMEM"],
  ppoll: ["EINTR", "ENOMEM"],
  pread64: ["EIO", "EINTR"],
  pwrite64: ["EIO", "ENOSPC", "EINTR"],
  read: ["EIO", "EINTR"],
  recvfrom: ["EINTR", "ENOMEM"],
  recvmsg: ["EINTR", "ENOMEM", "EMFILE"],
  sendfile: ["EIO", "ENOSPC", "EINTR", "ENOMEM"],
  sendmsg: ["ENOBUFS", "ENOMEM", "EINTR"],
  sendto: ["ENOBUFS", "ENOMEM", "EINTR"],
  socket: DESCRIPTOR,
  socketpair: DESCRIPTOR,
  wait4: ["EINTR"],
  waitid: ["EINTR"],
  write: ["EIO", "ENOSPC", "EINTR", "EPERM"],
};
const OTHERS = ["EPERM", "ENOMEM", "ENOSYS"];

/** The injector, built once for this process. */
export function buildInjector(): string {
  const path = join(scratch, "faults");
  const { exitCode, stderr } = Bun.spawnSync(
    ["cc", "-O1", "-o", path, join(root, "test/native/faults.c")],
    { stdin: "ignore" },
  );
  if (exitCode !== 0) throw new Error(stderr.toString());
  fs.chmodSync(scratch, 0o755);
  fs.chmodSync(path, 0o755);
  return path;
}

/** The command as one script, which starts several times as fast as its source. */
export async function buildCommand(): Promise<string> {
  const outdir = join(scratch, "command");
  const built = await Bun.build({
    entrypoints: [join(root, "src/cli/main.ts")],
    outdir,
    target: "bun",
    minify: true,
    splitting: true,
  });
  if (!built.success) throw new Error(built.logs.join("\n"));
  return join(outdir, "main.js");
}

/** Where a subject is run by a user: nothing else runs there at the same time. */
export class Bench {
  readonly #command: readonly string[];
  readonly #env: Record<string, string>;
  readonly #home: string;
  readonly #log: string;
  readonly #run: string;
  readonly #mark: string;

  constructor(
    user: User,
    subject: Subject,
    injector: string,
    command: string,
    number: number | string,
  ) {
    const home = join(scratch, `bench-${number}`);
    this.#home = home;
    this.#log = join(home, "log");
    this.#run = join(home, "run");
    this.#mark = `mark-${process.pid}-${number}-`;
    fs.mkdirSync(this.#run, { recursive: true });
    const spec = join(home, `${subject.name}.yaml`);
    const marked = subject.spec.replaceAll('shell: "', `shell: ": ${this.#mark}; `);
    fs.writeFileSync(spec, `sandbox: ${subject.name}\nstop: {grace: 300ms}\n${marked}\n`);
    if (user.name !== "root") {
      for (const path of [home, this.#run, spec]) fs.chownSync(path, 1000, 1000);
    }
    const up = [...user.prefix, process.execPath, command];
    const plan = join(home, "plan");
    const shim = process.env["SANDBOX_SHIM"] ?? join(root, "native/build/sandbox-shim");
    this.#env = {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      SANDBOX_RUN_DIR: this.#run,
      SANDBOX_LOOK: join(root, "native/build/sandbox-look"),
      FAULTS_SHIM: shim,
      FAULTS_LOG: this.#log,
      ...subject.env,
    };
    if (subject.isBare) {
      Bun.spawnSync([...up, "plan", "-o", plan, spec], {
        env: { ...this.#env, SANDBOX_SHIM: shim },
      });
    }
    this.#env["SANDBOX_SHIM"] = injector;
    this.#command = subject.isBare
      ? [...user.prefix, injector, "run", plan]
      : [...up, "up", "--json", "--canonical", ...(subject.args ?? []), spec];
  }

  /** Without a fault all calls are written down. */
  async run(fault: Fault | null): Promise<Ended> {
    const before = this.#traces();
    fs.rmSync(this.#log, { force: true });
    const from = performance.now();
    const child = Bun.spawn([...this.#command], {
      env: { ...this.#env, ...(fault && { FAULTS_AT: textOf(fault) }) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      for (const pid of [...alive(this.#mark), ...alive(this.#run)]) kill(Number(pid));
      child.kill("SIGKILL");
    }, RUN_MS_MAX);
    const texts = await Promise.all([child.stdout.text(), child.stderr.text()]);
    const [out, err] = texts.map((text) => this.#unmarked(text)) as [string, string];
    const code = await child.exited;
    clearTimeout(timer);
    const ms = performance.now() - from;
    const left = await this.#leftOver(before);
    return { code: isLate ? null : code, out, err, ms, left, calls: await this.#calls() };
  }

  /** Alike on every bench. */
  #unmarked(text: string): string {
    return text
      .replaceAll(this.#mark, "mark")
      .replaceAll(this.#home, "/home")
      .replaceAll(/sha256:[0-9a-f]+/g, "sha256");
  }

  #traces(): string {
    const processes = [...alive(this.#mark), ...alive(this.#run)];
    const named = processes.map((pid) => `${pid} ${nameOf(pid)}`);
    return [...fs.readdirSync(this.#run), ...named, fs.readFileSync("/proc/self/mounts")].join(
      "\n",
    );
  }

  async #leftOver(before: string): Promise<string> {
    const until = performance.now() + CLEAN_UP_MS_MAX;
    let now = this.#traces();
    while (now !== before && performance.now() < until) {
      await Bun.sleep(20);
      now = this.#traces();
    }
    for (const pid of [...alive(this.#mark), ...alive(this.#run)]) kill(Number(pid));
    for (const name of fs.readdirSync(this.#run)) {
      fs.rmSync(join(this.#run, name), { recursive: true });
    }
    const lines = new Set(before.split("\n"));
    return now
      .split("\n")
      .filter((line) => !lines.has(line))
      .join("; ");
  }

  async #calls(): Promise<Call[]> {
    let text = "";
    for (let tries = 0; tries < 200 && !text.endsWith("end\n"); tries++) {
      if (tries > 0) await Bun.sleep(10);
      text = fs.existsSync(this.#log) ? fs.readFileSync(this.#log, "utf8") : "";
    }
    return text.split("\n").flatMap((line): Call[] => {
      const [name, call, nth] = line.split(" ");
      return name && call && nth ? [{ process: name, call, nth: Number(nth) }] : [];
    });
  }
}

function nameOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function textOf({ process: name, call, nth, errno, goesOn }: Fault): string {
  const number = (constants.errno as Record<string, number>)[errno];
  return `${name} ${call} ${nth}${goesOn ? "+" : ""} ${number}`;
}

/** Each way in which one of the calls may fail. */
export function faultsOf(calls: readonly Call[]): Fault[] {
  return calls
    .filter(({ call }) => !SAFE.has(call))
    .flatMap((call) => (ERRNOS[call.call] ?? OTHERS).map((errno) => ({ ...call, errno })));
}

/** What has to be the same in a run that passed whole. */
function resultOf({ code, out, err }: Ended, { isBare }: Subject, isOrdered: boolean): string {
  const lines = (text: string) => text.split("\n").toSorted();
  if (isBare) return JSON.stringify([code, lines(out), lines(err)]);
  const report = reportOf(out);
  // Where PIDs cannot be requested they are given in start order, and the report says so.
  return JSON.stringify([code, isOrdered ? report?.verdict : report, lines(err)]);
}

function reportOf(out: string): Report | null {
  const last = out.trim().split("\n").at(-1) ?? "";
  return last === "" ? null : (JSON.parse(last) as Report);
}

/** From where on the second text is another. */
function difference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return other.slice(Math.max(0, at - 40), at + 80);
}

const BUG = /internal error|\bbug\b|assert|panic|please report|oven-sh|at .*\.ts:/i;

/** What is wrong with how a run ended in which a call failed; null: nothing. */
export function wrongOf(
  ended: Ended,
  clean: Ended,
  { errno }: Fault,
  subject: Subject,
): string | null {
  const { code, err, left } = ended;
  if (code === null) return "hangs";
  if (left !== "") return `leaves ${left}`;
  if (code === 4 || BUG.test(err)) return "a bug of ours";
  if (code === 0) {
    const isOrdered = !subject.isBare && reportOf(ended.out)?.pid_mode === "ordered";
    const wanted = resultOf(clean, subject, isOrdered);
    const actual = resultOf(ended, subject, isOrdered);
    return wanted === actual ? null : `passes, but not whole: ${difference(wanted, actual)}`;
  }
  if (code > 3 && !(subject.isBare && code === 64)) return `exit code ${code}`;
  const isReported = subject.isBare ? /^sandbox-shim: /m : /^(error|warning)\[SBX[345]\d\d\d\]/m;
  if (!isReported.test(err)) return "fails without a word";
  if (/SBX4011/.test(err) && /killed by PIPE/.test(err)) return "blames the process";
  // What is missing from a trace is counted, or said in words.
  const isGap = /^warning\[SBX4011\]: this trace is not whole/m.test(err);
  if (!isGap && !err.includes(errno)) return "fails without the errno";
  return null;
}
