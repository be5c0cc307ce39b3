/**
 * Runs the test files, one Bun process each, some at a time, and adds up what uvu says. Those that
 * are about the shim run again against its build with ASan and UBSan.
 *
 * Arguments: parts of paths to choose files by; `--asan` takes the second runs alone, `--plain` the
 * first; `--forbid-skips` (also with CI=true) lets a skip pass only where its printed reason has
 * "this machine".
 */

import { availableParallelism } from "node:os";
import { Glob } from "bun";

const FILE_TIMEOUT_MS = 240_000;

/** What runs the shim most: again, against the sanitizer build. The longest of all go first. */
const SANITIZED: readonly string[] = [
  "test/native/shim.test.ts",
  "test/native/trace.test.ts",
  "test/sandboxes.test.ts",
  "test/native/birth.test.ts",
  "test/native/output.test.ts",
  "test/native/pid-mode.test.ts",
  "test/native/restart.test.ts",
  "test/engine/random-spec.test.ts",
  "test/engine/attributes.test.ts",
  "test/engine/follow-logs.test.ts",
];

/** The shim has no heap that could leak, and what ptrace traces cannot be looked through. */
const SANITIZER = {
  SANDBOX_SHIM: `${process.cwd()}/build/native/asan/sandbox-shim`,
  ASAN_OPTIONS: "detect_leaks=0",
};

interface Job {
  readonly file: string;
  readonly isSanitized: boolean;
}

interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ms: number;
  readonly output: string;
}

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const forbidsSkips = process.argv.includes("--forbid-skips") || process.env["CI"] === "true";
const files = [...new Glob("test/**/*.test.ts").scanSync(".")]
  .filter((file) => chosen.length === 0 || chosen.some((part) => file.includes(part)))
  .toSorted();

const flags = new Set(process.argv.slice(2));
const sanitized = SANITIZED.filter((file) => files.includes(file) && !flags.has("--plain")).map(
  (file): Job => ({ file, isSanitized: true }),
);
const plain = (flags.has("--asan") ? [] : files).map((file): Job => ({ file, isSanitized: false }));

async function runJob({ file, isSanitized }: Job): Promise<Outcome> {
  const start = performance.now();
  // Some addresses that are chosen at random are in the way of the sanitizer's shadow.
  const command = isSanitized
    ? ["setarch", "-R", process.execPath, file]
    : [process.execPath, file];
  const child = Bun.spawn(command, {
    env: { ...process.env, ...(isSanitized ? SANITIZER : {}) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: FILE_TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const code = await child.exited;
  const count = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(out)?.[1] ?? 0);
  const passed = count("Passed");
  const skipped = count("Skipped");
  // A file that dies has no summary, and one without tests tests nothing: both are failures.
  const failed = Math.max(count("Total") - passed, code !== 0 || passed + skipped === 0 ? 1 : 0);
  const reasons = [...out.matchAll(/^SKIP (.*)$/gm)].map(([, reason]) => reason ?? "");
  const unexcused = skipped - reasons.filter((reason) => reason.includes("this machine")).length;
  const forbidden = forbidsSkips ? Math.max(0, unexcused) : 0;
  const ms = performance.now() - start;
  const name = isSanitized ? `${file} (asan)` : file;
  return { name, passed, failed: failed + forbidden, skipped, ms, output: out + err };
}

const outcomes: Outcome[] = [];
const queue = [...sanitized, ...plain];
async function worker(): Promise<void> {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    const outcome = await runJob(job);
    outcomes.push(outcome);
    const { name, passed, failed, ms } = outcome;
    console.log(`${failed > 0 ? "FAIL" : "ok  "} ${name} (${passed} passed, ${Math.round(ms)} ms)`);
    if (failed > 0) console.log(outcome.output);
  }
}
if (sanitized.length > 0) {
  const { exitCode, stderr } = Bun.spawnSync(["make", "-s", "-C", "native", "asan"]);
  if (exitCode !== 0) throw new Error(stderr.toString());
}
// One more than there are processors: most of what tests do is to wait for sandboxes.
await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));

const sum = (key: "passed" | "failed" | "skipped") =>
  outcomes.reduce((total, outcome) => total + outcome[key], 0);
const slowest = outcomes.toSorted((a, b) => b.ms - a.ms).slice(0, 3);
console.log(
  `\nslowest: ${slowest.map(({ name, ms }) => `${name} ${(ms / 1000).toFixed(1)} s`).join(", ")}`,
);
const skips = sum("skipped") > 0 ? `, ${sum("skipped")} skipped` : "";
console.log(`${sum("passed")} passed, ${sum("failed")} failed${skips}`);
process.exit(sum("failed") > 0 || files.length === 0 ? 1 : 0);
