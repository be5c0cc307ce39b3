/**
 * `npm run bench [REPEATS]`: the shim and `sandbox` against bare C floors and the peers that are
 * installed, as ratios within this run. As root; peers that are missing are said.
 *
 * The floors of `floor.c` do the system calls that are needed and nothing else. *bare*: namespaces
 * and /proc at each level, the program as the innermost PID 1. *same*: what protects a default
 * sandbox too (its mounts, a sealed executable, no capabilities, a filter), and the program as a child
 * of the innermost init, as a sandbox has it. With the shim's C library: a static glibc asks a virtual
 * machine's processor so much at each start that a floor of it would flatter us. Commands take
 * turns (`turns.c`), so that noise meets all alike; a ratio is the median of the turns' own ratios.
 */

import * as fs from "node:fs";
import { join } from "node:path";
import { snapshots } from "./snapshots.ts";

const repeats = Number(process.argv[2] ?? 40);
const root = join(import.meta.dir, "..");
// Not in /tmp: a sandbox has one of its own.
const dir = fs.mkdtempSync(join(root, "build/bench-"));
process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));

/** Debian's musl-gcc looks into musl's headers alone, and the kernel's are not there. */
const headers = [
  "/usr/include",
  `/usr/include/${process.arch === "x64" ? "x86_64" : "aarch64"}-linux-gnu`,
];
const compiler = Bun.which("musl-gcc")
  ? ["musl-gcc", ...headers.flatMap((path) => ["-idirafter", path])]
  : ["cc"];

const shim = join(root, "native/build/sandbox-shim");
const sandbox = join(root, "build/sandbox");
const floor = built("floor", fs.readFileSync(join(root, "bench/floor.c"), "utf8"));
const turns = built("turns", fs.readFileSync(join(root, "bench/turns.c"), "utf8"));
const nop = built("nop", "int main(void) { return 0; }\n");

function must(cmd: readonly string[]): string {
  const ran = Bun.spawnSync([...cmd], { stdin: "ignore" });
  if (ran.exitCode !== 0) throw new Error(`${cmd.join(" ")}: ${ran.stderr.toString()}`);
  return ran.stdout.toString();
}

function built(name: string, source: string): string {
  const path = join(dir, name);
  fs.writeFileSync(`${path}.c`, source);
  must([...compiler, "-O2", "-s", "-static", "-o", path, `${path}.c`]);
  return path;
}

interface Row {
  readonly name: string;
  readonly cmd: readonly string[];
}

/** At most this many times the row called `of`. */
interface Goal {
  readonly name: string;
  readonly of: string;
  readonly most: number;
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
}

/** Milliseconds of each turn, by name. */
function measure(rows: readonly Row[], times: number): Map<string, number[]> {
  const commands = rows.flatMap(({ cmd }, index) => (index === 0 ? cmd : ["---", ...cmd]));
  const lines = must([turns, String(times), ...commands])
    .trim()
    .split("\n");
  const durations = lines.map((line) => line.split(" ").map((ns) => Number(ns) / 1e6));
  return new Map(rows.map(({ name }, index) => [name, durations.map((turn) => turn[index] ?? 0)]));
}

/** A line a row, then a line a goal whose rows are there. */
function print(
  title: string,
  durations: ReadonlyMap<string, readonly number[]>,
  goals: readonly Goal[] = [],
): void {
  const base = [...durations.values()][0] ?? [];
  const ratio = (list: readonly number[], of: readonly number[]) =>
    median(list.map((ms, turn) => ms / (of[turn] ?? 1)));
  console.log(`\n${title}`);
  for (const [name, list] of durations) {
    const ms = median(list).toFixed(2).padStart(8);
    console.log(`  ${name.padEnd(22)} ${ms} ms  ${ratio(list, base).toFixed(2).padStart(7)} x`);
  }
  for (const { name, of, most } of goals) {
    const [ours, theirs] = [durations.get(name), durations.get(of)];
    if (ours && theirs) printGoal(`${name} / ${of}`, ratio(ours, theirs), most);
  }
}

function printGoal(what: string, value: number, most: number, unit = "x"): void {
  const verdict = value <= most ? "met" : "MISSED";
  console.log(`  goal: ${what}: ${value.toFixed(2)} ${unit}, at most ${most}: ${verdict}`);
}

const has = (name: string) => Bun.which(name) !== null;
for (const peer of ["unshare", "bwrap", "runc", "strace"])
  if (!has(peer)) console.log(`${peer} is not installed`);

/** A spec of so many levels, with one process in the innermost, and its plan image. */
function specOf(levels: number, run: string): { spec: string; image: string } {
  const spec = join(dir, `levels-${levels}.yaml`);
  const image = join(dir, `levels-${levels}.plan`);
  let nested = `processes: {a: ${run}}`;
  for (let level = 1; level < levels; level++) nested = `sandboxes: {d: {${nested}}}`;
  fs.writeFileSync(spec, `sandbox: bench\n${nested}\n`);
  must([sandbox, "plan", "-o", image, spec]);
  return { spec, image };
}

const bwrapFlags = [
  ...["bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup"],
  ...["--bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--cap-add", "ALL"],
];
const unshareFlags = ["unshare", "-p", "-f", "-i", "-u", "-C", "-m", "--mount-proc"];

function runc(): string[] {
  const bundle = join(dir, "bundle");
  fs.mkdirSync(join(bundle, "rootfs"), { recursive: true });
  fs.copyFileSync(nop, join(bundle, "rootfs/nop"));
  fs.chmodSync(join(bundle, "rootfs/nop"), 0o755);
  must(["runc", "spec", "--bundle", bundle]);
  const file = join(bundle, "config.json");
  const config = JSON.parse(fs.readFileSync(file, "utf8"));
  config.process.terminal = false;
  config.process.args = ["/nop"];
  fs.writeFileSync(file, JSON.stringify(config));
  return ["runc", "run", "--bundle", bundle, `bench-${process.pid}`];
}

for (const levels of [1, 5, 31]) {
  const { spec, image } = specOf(levels, nop);
  const nested = (flags: readonly string[]) => Array.from({ length: levels }, () => flags).flat();
  const rows: Row[] = [
    { name: "floor, bare", cmd: [floor, "bare", String(levels), nop] },
    { name: "floor, same", cmd: [floor, "same", String(levels), nop] },
    { name: "sandbox-shim run", cmd: [shim, "run", image] },
    { name: "sandbox up (cached)", cmd: [sandbox, "up", spec] },
  ];
  if (has("unshare")) rows.push({ name: "unshare, nested", cmd: [...nested(unshareFlags), nop] });
  if (has("bwrap")) rows.push({ name: "bwrap, nested", cmd: [...nested(bwrapFlags), nop] });
  if (has("runc") && levels === 1) rows.push({ name: "runc run", cmd: runc() });
  const name = "sandbox-shim run";
  print(`${levels} level${levels > 1 ? "s" : ""}, one static no-op`, measure(rows, repeats), [
    ...(levels === 31
      ? [
          { name, of: "floor, bare", most: 1 },
          { name, of: "unshare, nested", most: 0.35 },
        ]
      : [{ name, of: "floor, same", most: 1.25 }]),
    { name, of: "bwrap, nested", most: levels === 1 ? 0.5 : 0.15 },
    { name: "sandbox up (cached)", of: "runc run", most: 0.5 },
  ]);
}

for (const [count, times] of [
  [1_000, repeats / 4],
  [10_000, 3],
] as const) {
  const spec = join(dir, `many-${count}.yaml`);
  const image = join(dir, `many-${count}.plan`);
  const quiet = 'stdout: "null", stderr: "null"';
  fs.writeFileSync(
    spec,
    `sandbox: many\nprocesses: {p: {run: ${nop}, replicas: ${count}, ${quiet}}}\n`,
  );
  must([sandbox, "plan", "-o", image, spec]);
  const rows = [
    { name: "floor, vfork and exec", cmd: [floor, "processes", String(count), nop] },
    { name: "sandbox-shim run", cmd: [shim, "run", image] },
    { name: "sandbox up (cached)", cmd: [sandbox, "up", spec] },
  ];
  print(`${count} processes in one sandbox`, measure(rows, Math.ceil(times)), [
    { name: "sandbox-shim run", of: "floor, vfork and exec", most: 0.9 },
  ]);
}

for (const count of [50, 200]) {
  const spec = join(dir, `wide-${count}.yaml`);
  const image = join(dir, `wide-${count}.plan`);
  const nested = `one: {replicas: ${count}, processes: {p: ${nop}}}`;
  fs.writeFileSync(spec, `sandbox: wide\nsandboxes: {${nested}}\n`);
  must([sandbox, "plan", "-o", image, spec]);
  const rows = [
    { name: "floor, bare", cmd: [floor, "sandboxes", String(count), nop] },
    { name: "sandbox-shim run", cmd: [shim, "run", image] },
  ];
  print(`${count} sandboxes side by side`, measure(rows, Math.ceil(repeats / 4)));
}

/** PSS in KiB of the monitor and the inits of an idle run. */
async function idleMemory(levels: number): Promise<number> {
  const { image } = specOf(levels, "sleep 600");
  const child = Bun.spawn([shim, "run", image], { stdio: ["ignore", "ignore", "ignore"] });
  const below = (pid: number): number[] => {
    const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text
      .split(" ")
      .filter(Boolean)
      .flatMap((each) => [Number(each), ...below(Number(each))]);
  };
  const nameOf = (pid: number) => fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  let pids: number[] = [];
  while (pids.length <= levels || nameOf(pids.at(-1) ?? 0) !== "sleep") {
    await Bun.sleep(10);
    pids = below(child.pid);
  }
  const ours = [child.pid, ...pids].filter((pid) => nameOf(pid).startsWith("sandbox-"));
  const pss = ours.map((pid) =>
    Number(/^Pss: +(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]),
  );
  child.kill("SIGTERM");
  await child.exited;
  return pss.reduce((sum, each) => sum + each, 0);
}

const idle = await idleMemory(1);
const deep = await idleMemory(31);
console.log("\nmemory of an idle run: monitor and inits, PSS");
printGoal("one level", idle, 200, "KiB");
printGoal("each further level, of 31", (deep - idle) / 30, 12, "KiB");

/** The front end alone, in this process: `sandbox` itself against the yaml package. */
async function frontEnd(): Promise<void> {
  const YAML = await import("yaml");
  const { checkSpec } = await import("../src/check/check.ts");
  const { planOf } = await import("../src/plan/plan-of.ts");
  const { planHash } = await import("../src/plan/canonical.ts");
  const { encodeImage } = await import("../src/wire/encode.ts");
  const compile = (text: string) => {
    const { ir } = checkSpec({ file: "bench.yaml", text });
    if (ir === null) throw new Error("the spec of the bench has errors");
    const plan = planOf(ir);
    return encodeImage(plan, planHash(plan));
  };
  const parse = (text: string) => YAML.parseAllDocuments(text, { merge: true, uniqueKeys: false });
  const written = (count: number, extra = "") =>
    `sandbox: big\nprocesses:\n${Array.from(
      { length: count },
      (_, i) =>
        `  process-${i}:\n    run: sleep ${i}\n    env: {NUMBER: "${i}"}\n    timeout: 5s\n${i < 1_000 ? extra : ""}`,
    ).join("")}`;
  const copies = "sandbox: copies\nprocesses: {p: {run: sleep 1, replicas: 10000}}\n";
  const wrong = written(10_000, "    zzz: 1\n");
  const rows: [string, () => unknown][] = [
    ["yaml package, 10,000", () => parse(written(10_000))],
    ["compiled, 10,000", () => compile(written(10_000))],
    ["with 1,000 mistakes", () => checkSpec({ file: "bench.yaml", text: wrong })],
    ["10,000 by replicas", () => compile(copies)],
    ["yaml package, 100,000", () => parse(written(100_000))],
    ["compiled, 100,000", () => compile(written(100_000))],
  ];
  const durations = new Map<string, number[]>();
  for (let turn = 0; turn < 3; turn++) {
    for (const [name, run] of rows) {
      Bun.gc(true);
      const start = Bun.nanoseconds();
      run();
      const list = durations.get(name) ?? [];
      durations.set(name, list);
      list.push((Bun.nanoseconds() - start) / 1e6);
    }
  }
  console.log("\ncompiling a spec, medians of 3 turns in one process");
  const medianOf = (name: string) => median(durations.get(name) ?? []);
  for (const [name] of rows) {
    const base = medianOf(
      name.includes("100,000") ? "yaml package, 100,000" : "yaml package, 10,000",
    );
    const ms = medianOf(name);
    console.log(
      `  ${name.padEnd(22)} ${ms.toFixed(0).padStart(8)} ms  ${(ms / base).toFixed(2).padStart(7)} x yaml`,
    );
  }
}

await frontEnd();

const small = specOf(1, nop).spec;
fs.writeFileSync(join(dir, "empty.js"), "");
print(
  "check of a small spec, from the shell",
  measure(
    [
      { name: "bun, empty", cmd: [process.execPath, join(dir, "empty.js")] },
      { name: "sandbox version", cmd: [sandbox, "version"] },
      { name: "check, unchanged", cmd: [sandbox, "check", small] },
      {
        name: "check, no cache",
        cmd: ["env", "XDG_CACHE_HOME=/proc/none", sandbox, "check", small],
      },
    ],
    repeats,
  ),
  [
    { name: "sandbox version", of: "bun, empty", most: 2 },
    { name: "check, unchanged", of: "bun, empty", most: 2 },
  ],
);

for (const levels of [1, 5, 31]) await snapshots(dir, 10_000, levels, 5);

const forks = join(dir, "forks.sh");
fs.writeFileSync(forks, "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done\n");
const forking = join(dir, "forks.yaml");
fs.writeFileSync(forking, `sandbox: forks\nprocesses: {loop: {run: [sh, ${forks}]}}\n`);
const forksImage = join(dir, "forks.plan");
must([sandbox, "plan", "-o", forksImage, forking]);

/** In a sandbox, and with strace outside of one: each has the same loop untraced as its base. */
function tracing(): void {
  const by = (tracer: string) =>
    `exec ${shim} run ${forksImage} --trace 5 --tracer ${tracer} 5> /dev/null`;
  print(
    "a loop of 1,000 fork, exec, exit in a sandbox",
    measure(
      [
        { name: "untraced", cmd: [shim, "run", forksImage] },
        { name: "traced by BPF", cmd: ["sh", "-c", by("bpf")] },
        { name: "traced by ptrace", cmd: ["sh", "-c", by("ptrace")] },
      ],
      12,
    ),
    [{ name: "traced by BPF", of: "untraced", most: 1.05 }],
  );
  if (!has("strace")) return;
  const options = ["-f", "-o", "/dev/null", "--seccomp-bpf"];
  const translated = ["-e", "trace=process", "--pidns-translation"];
  print(
    "the same loop, and strace",
    measure(
      [
        { name: "untraced", cmd: ["sh", forks] },
        { name: "strace, translated", cmd: ["strace", ...options, ...translated, "sh", forks] },
      ],
      6,
    ),
  );
}

tracing();
