/**
 * Runs the test files, one Bun process each, some at a time, and adds up what uvu says.
 *
 * Arguments: parts of paths to choose files by; `--forbid-skips` (also with CI=true) lets a skip
 * pass only where its printed reason begins with "this machine".
 */

import { availableParallelism } from "node:os";
import { Glob } from "bun";

const FILE_TIMEOUT_MS = 240_000;

interface Outcome {
  readonly file: string;
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

async function runFile(file: string): Promise<Outcome> {
  const start = performance.now();
  const child = Bun.spawn([process.execPath, file], {
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
  // A file that dies has no summary, and one without tests tests nothing: both are failures.
  const failed = Math.max(count("Total") - passed, code !== 0 || passed === 0 ? 1 : 0);
  const reasons = [...out.matchAll(/^SKIP (.*)$/gm)].map(([, reason]) => reason ?? "");
  const skipped = count("Skipped");
  const unexcused = skipped - reasons.filter((reason) => reason.includes("this machine")).length;
  const forbidden = forbidsSkips ? Math.max(0, unexcused) : 0;
  const ms = performance.now() - start;
  return { file, passed, failed: failed + forbidden, skipped, ms, output: out + err };
}

const outcomes: Outcome[] = [];
/** The longest goes first, so that the others fill the time beside it. */
const LONGEST = "test/native/asan.test.ts";
const queue = files.toSorted((a, b) => Number(b === LONGEST) - Number(a === LONGEST));
async function worker(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const outcome = await runFile(file);
    outcomes.push(outcome);
    console.log(
      `${outcome.failed > 0 ? "FAIL" : "ok  "} ${file} (${outcome.passed} passed, ${Math.round(outcome.ms)} ms)`,
    );
    if (outcome.failed > 0) console.log(outcome.output);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, worker));

const sum = (key: "passed" | "failed" | "skipped") =>
  outcomes.reduce((total, outcome) => total + outcome[key], 0);
const slowest = outcomes.toSorted((a, b) => b.ms - a.ms).slice(0, 3);
console.log(
  `\nslowest: ${slowest.map(({ file, ms }) => `${file} ${(ms / 1000).toFixed(1)} s`).join(", ")}`,
);
const skips = sum("skipped") > 0 ? `, ${sum("skipped")} skipped` : "";
console.log(`${sum("passed")} passed, ${sum("failed")} failed${skips}`);
process.exit(sum("failed") > 0 || files.length === 0 ? 1 : 0);
