/**
 * `npm run bench [REPEATS]`: the shim and `sandbox up` against a bare C floor and the peers that
 * are installed, as ratios of medians within this run. As root; peers that are missing are said.
 */

import * as fs from "node:fs";
import { join } from "node:path";
import { snapshots } from "./snapshots.ts";

const repeats = Number(process.argv[2] ?? 40);
const root = join(import.meta.dir, "..");
// Not in /tmp: a sandbox has one of its own.
const dir = fs.mkdtempSync(join(root, "build/bench-"));
process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));

const floor = join(dir, "floor");
const nop = join(dir, "nop");
const shim = join(root, "native/build/sandbox-shim");
const sandbox = join(root, "build/sandbox");

function must(cmd: string[]): void {
  const ran = Bun.spawnSync(cmd, { stdin: "ignore" });
  if (ran.exitCode !== 0) throw new Error(`${cmd.join(" ")}: ${ran.stderr.toString()}`);
}

fs.writeFileSync(join(dir, "nop.c"), "int main(void) { return 0; }\n");
must(["cc", "-O2", "-static", "-o", nop, join(dir, "nop.c")]);
must(["cc", "-O2", "-static", "-o", floor, join(root, "bench/floor.c")]);

interface Row {
  readonly name: string;
  readonly cmd: readonly string[];
}

/** Median of each in ms; the rows take turns, so that noise meets all alike. */
function measure(rows: readonly Row[], times: number): Map<string, number> {
  const found = new Map(rows.map(({ name }) => [name, [] as number[]] as const));
  for (const { cmd } of rows) must([...cmd]);
  for (let turn = 0; turn < times; turn++) {
    for (const { name, cmd } of rows) {
      const start = Bun.nanoseconds();
      Bun.spawnSync([...cmd], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
      found.get(name)?.push((Bun.nanoseconds() - start) / 1e6);
    }
  }
  const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
  return new Map([...found].map(([name, list]) => [name, median(list)] as const));
}

function print(title: string, medians: ReadonlyMap<string, number>): void {
  const base = medians.get("floor") ?? 1;
  console.log(`\n${title}`);
  for (const [name, ms] of medians) {
    console.log(
      `  ${name.padEnd(22)} ${ms.toFixed(2).padStart(8)} ms  ${(ms / base).toFixed(2).padStart(7)} x floor`,
    );
  }
}

const has = (name: string) => Bun.which(name) !== null;
for (const peer of ["unshare", "bwrap", "runc"])
  if (!has(peer)) console.log(`${peer} is not installed`);

function specOf(levels: number): string {
  const path = join(dir, `levels-${levels}.yaml`);
  const inner = `processes: {a: ${nop}}`;
  // Written out, as `nest` would put the process into each.
  let nested = inner;
  for (let level = 1; level < levels; level++) nested = `sandboxes: {d: {${nested}}}`;
  fs.writeFileSync(path, `sandbox: bench\n${nested}\n`);
  return path;
}

const bwrapFlags = [
  "bwrap",
  "--unshare-pid",
  "--unshare-ipc",
  "--unshare-uts",
  "--unshare-cgroup",
  "--bind",
  "/",
  "/",
  "--proc",
  "/proc",
  "--dev",
  "/dev",
];
const unshareFlags = ["unshare", "-p", "-f", "-i", "-u", "-C", "-m", "--mount-proc"];

for (const levels of [1, 5, 31]) {
  const spec = specOf(levels);
  const image = join(dir, `levels-${levels}.plan`);
  must([sandbox, "plan", "-o", image, spec]);
  const times = <Item>(list: readonly Item[]) => Array.from({ length: levels }, () => list).flat();
  const rows: Row[] = [
    { name: "floor", cmd: [floor, String(levels), nop] },
    { name: "sandbox-shim run", cmd: [shim, "run", image] },
    { name: "sandbox up (cached)", cmd: [sandbox, "up", spec] },
  ];
  if (has("unshare")) rows.push({ name: "unshare, nested", cmd: [...times(unshareFlags), nop] });
  if (has("bwrap"))
    rows.push({ name: "bwrap, nested", cmd: [...times([...bwrapFlags, "--cap-add", "ALL"]), nop] });
  if (has("runc") && levels === 1) rows.push({ name: "runc run", cmd: runc() });
  print(`${levels} level${levels > 1 ? "s" : ""}, one static no-op`, measure(rows, repeats));
}

function runc(): string[] {
  const bundle = join(dir, "bundle");
  fs.mkdirSync(join(bundle, "rootfs"), { recursive: true });
  fs.copyFileSync(nop, join(bundle, "rootfs/nop"));
  must(["runc", "spec", "--bundle", bundle]);
  const file = join(bundle, "config.json");
  const config = JSON.parse(fs.readFileSync(file, "utf8"));
  config.process.terminal = false;
  config.process.args = ["/nop"];
  fs.writeFileSync(file, JSON.stringify(config));
  return ["runc", "run", "--bundle", bundle, `bench-${process.pid}`];
}

const many = join(dir, "many.yaml");
fs.writeFileSync(
  many,
  `sandbox: many\nprocesses: {p: {run: ${nop}, replicas: 1000, stdout: null, stderr: null}}\n`,
);
must([sandbox, "plan", "-o", join(dir, "many.plan"), many]);
const loop = join(dir, "loop");
fs.writeFileSync(
  join(dir, "loop.c"),
  `#include <sys/wait.h>\n#include <unistd.h>\nint main(int c, char **v) { (void)c; for (int i = 0; i < 1000; i++) { if (vfork() == 0) { execv(v[1], v + 1); _exit(1); } } while (wait(0) > 0) ; return 0; }\n`,
);
must(["cc", "-O2", "-w", "-static", "-o", loop, join(dir, "loop.c")]);
print(
  "1,000 processes in one sandbox",
  measure(
    [
      { name: "floor", cmd: [loop, nop] },
      { name: "sandbox-shim run", cmd: [shim, "run", join(dir, "many.plan")] },
      { name: "sandbox up (cached)", cmd: [sandbox, "up", many] },
    ],
    Math.ceil(repeats / 4),
  ),
);

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
  const found = new Map<string, number[]>();
  for (let turn = 0; turn < 3; turn++) {
    for (const [name, run] of rows) {
      Bun.gc(true);
      const start = Bun.nanoseconds();
      run();
      const list = found.get(name) ?? [];
      found.set(name, list);
      list.push((Bun.nanoseconds() - start) / 1e6);
    }
  }
  console.log("\ncompiling a spec, medians of 3 turns in one process");
  const median = (name: string) => (found.get(name) ?? []).toSorted((a, b) => a - b)[1] ?? 0;
  for (const [name] of rows) {
    const base = median(
      name.includes("100,000") ? "yaml package, 100,000" : "yaml package, 10,000",
    );
    const ms = median(name);
    console.log(
      `  ${name.padEnd(22)} ${ms.toFixed(0).padStart(8)} ms  ${(ms / base).toFixed(2).padStart(7)} x yaml`,
    );
  }
}

await frontEnd();

const small = specOf(1);
print(
  "check of a small spec, from the shell",
  measure(
    [
      { name: "floor", cmd: [process.execPath, "-e", "0"] },
      { name: "sandbox version", cmd: [sandbox, "version"] },
      { name: "check, unchanged", cmd: [sandbox, "check", small] },
      {
        name: "check, no cache",
        cmd: ["env", "XDG_CACHE_HOME=/proc/none", sandbox, "check", small],
      },
    ],
    repeats,
  ),
);

for (const levels of [1, 5, 31]) await snapshots(dir, 10_000, levels, 5);

const forks = join(dir, "forks.sh");
fs.writeFileSync(forks, "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done\n");
const forking = join(dir, "forks.yaml");
fs.writeFileSync(forking, `sandbox: forks\nprocesses: {loop: {run: [sh, ${forks}]}}\n`);
must([sandbox, "plan", "-o", join(dir, "forks.plan"), forking]);
const tracedRows: Row[] = [
  { name: "floor", cmd: ["sh", forks] },
  { name: "sandbox-shim run", cmd: [shim, "run", join(dir, "forks.plan")] },
  {
    name: "traced",
    cmd: ["sh", "-c", `exec ${shim} run ${join(dir, "forks.plan")} --trace 5 5> /dev/null`],
  },
];
if (has("strace")) {
  const options = ["-f", "-o", "/dev/null", "--seccomp-bpf"];
  const translated = ["-e", "trace=process", "--pidns-translation"];
  tracedRows.push({
    name: "strace, translated",
    cmd: ["strace", ...options, ...translated, "sh", forks],
  });
}
print("a loop of 1,000 fork, exec, exit", measure(tracedRows, 6));
