/**
 * Snapshots of one sandbox with many processes at some levels, beside what others show of them, in
 * turns. `bun bench/snapshots.ts [COUNT [TURNS]]` runs it alone; as root, or without the BPF row.
 */

import * as fs from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const look = join(root, "native/build/sandbox-look");
const sandbox = join(root, "build/sandbox");

/** All processes are in the innermost of so many PID namespaces. */
function specOf(count: number, levels: number): string {
  const many = `processes: {p: {run: sleep 3600, replicas: ${count}, stdout: "null", stderr: "null"}}`;
  const inner = levels > 2 ? `nest: ${levels - 2}, sandboxes: {last: {${many}}}` : many;
  return `sandbox: sleepers-${process.pid}\n${levels > 1 ? `sandboxes: {nested: {${inner}}}` : many}\n`;
}

async function monitorOf(name: string): Promise<number> {
  for (let turn = 0; turn < 1_200; turn++) {
    const { runs } = JSON.parse(Bun.spawnSync([sandbox, "ls", "--json"]).stdout.toString());
    const run = runs.find((one: { sandbox: string }) => one.sandbox === name);
    if (run?.phase === "started") return run.monitor;
    await Bun.sleep(50);
  }
  throw new Error(`${name} has not started`);
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
}

export async function snapshots(
  dir: string,
  count: number,
  levels: number,
  turns: number,
): Promise<void> {
  const spec = join(dir, "sleepers.yaml");
  fs.writeFileSync(spec, specOf(count, levels));
  const up = Bun.spawn([sandbox, "up", "--json", spec], { stdio: ["ignore", "ignore", "ignore"] });
  const snapshot = [look, "snapshot", String(await monitorOf(`sleepers-${process.pid}`))];
  const all: [string, string[]][] = [
    ["lsns -t pid", ["lsns", "-t", "pid"]],
    ["ps, with pidns", ["ps", "-eo", "pid,pidns,comm"]],
    ["pstree -N pid", ["pstree", "-N", "pid"]],
    ["snapshot", snapshot],
    ["  --namespaces", [...snapshot, "--namespaces"]],
    ["  --by nsfs", [...snapshot, "--by", "nsfs"]],
    ["  --by procfs", [...snapshot, "--by", "procfs"]],
  ];
  const rows = all.filter(([, [program = ""]]) => Bun.which(program) !== null);
  const wall = new Map(rows.map(([name]) => [name, [] as number[]] as const));
  const cpu = new Map(rows.map(([name]) => [name, [] as number[]] as const));
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, cmd] of rows) {
      const start = Bun.nanoseconds();
      const ran = Bun.spawnSync(cmd, { stdio: ["ignore", "ignore", "inherit"] });
      wall.get(name)?.push((Bun.nanoseconds() - start) / 1e3 / count);
      cpu.get(name)?.push(Number(ran.resourceUsage?.cpuTime.total ?? 0) / count);
    }
  }
  up.kill("SIGINT");
  await up.exited;
  const base = (times: typeof wall, name: string) => median(times.get(name) ?? []);
  console.log(
    `\na snapshot of ${count} processes, ${levels} level${levels > 1 ? "s" : ""}, µs each`,
  );
  console.log("                          time       CPU    x lsns     x ps (CPU)");
  for (const [name] of rows) {
    const own = base(cpu, name);
    const ratios = ["lsns -t pid", "ps, with pidns"].map((peer) => own / base(cpu, peer));
    const cells = [base(wall, name), own, ...ratios].map((value, index) =>
      value.toFixed(index < 2 ? 1 : 2).padStart(10),
    );
    console.log(`  ${name.padEnd(18)}${cells.join("")}`);
  }
}

if (import.meta.main) {
  const [count = 10_000, turns = 5] = process.argv.slice(2).map(Number);
  const dir = fs.mkdtempSync(join(root, "build/bench-"));
  process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));
  for (const levels of [1, 5, 31]) await snapshots(dir, count, levels, turns);
}
