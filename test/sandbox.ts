/** Running the real command from its source, as root and as an ordinary user. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../src/report/report.ts";

export interface User {
  readonly name: string;
  readonly prefix: readonly string[];
}

const isRoot = process.getuid?.() === 0;

/** Who can be tried here: root can be both, an ordinary user only itself. */
export const users: readonly User[] = isRoot
  ? [
      { name: "root", prefix: [] },
      {
        name: "ordinary user",
        prefix: ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"],
      },
    ]
  : [{ name: "ordinary user", prefix: [] }];

export const root = join(import.meta.dir, "..");

/** A directory of its own for a test file, writable for both users, removed at exit. */
export const scratch = fs.mkdtempSync(join(tmpdir(), "sandbox-test-"));
// As /tmp is: nobody can put a file in the place of another's.
fs.chmodSync(scratch, 0o1777);
process.on("exit", () => fs.rmSync(scratch, { recursive: true, force: true }));

export function writeSpec(name: string, text: string): string {
  const path = join(scratch, `${name}.yaml`);
  fs.writeFileSync(path, text);
  fs.chmodSync(path, 0o644);
  return path;
}

export function commandFor(user: User, args: readonly string[]): string[] {
  return [...user.prefix, process.execPath, join(root, "src/cli/main.ts"), ...args];
}

export function environmentFor(user: User): Record<string, string> {
  const home = join(scratch, user.name.replace(" ", "-"));
  const { PATH = "", SANDBOX_LOOK, SANDBOX_SHIM, SANDBOX_TRACER, ASAN_OPTIONS } = process.env;
  return {
    PATH,
    HOME: home,
    // A directory of its own: tests and other runs of this user do not see each other.
    SANDBOX_RUN_DIR: join(home, "run"),
    ...(SANDBOX_LOOK ? { SANDBOX_LOOK } : {}),
    ...(SANDBOX_SHIM ? { SANDBOX_SHIM } : {}),
    ...(SANDBOX_TRACER ? { SANDBOX_TRACER } : {}),
    ...(ASAN_OPTIONS ? { ASAN_OPTIONS } : {}),
  };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function sandbox(user: User, ...args: string[]): Ran {
  const env = environmentFor(user);
  fs.mkdirSync(env["SANDBOX_RUN_DIR"] ?? "", { recursive: true });
  if (user.name !== "root") {
    fs.chownSync(env["HOME"] ?? "", 1000, 1000);
    fs.chownSync(env["SANDBOX_RUN_DIR"] ?? "", 1000, 1000);
  }
  const { exitCode, stdout, stderr } = Bun.spawnSync(commandFor(user, args), {
    env,
    stdin: "ignore",
    timeout: 60_000,
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

/** The two reports of `up --json`. */
export function reportsOf(ran: Ran): Report[] {
  return ran.out
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Report);
}

let marks = 0;

/** An argument for sleep(1) that no other test has, in this process or another. */
export function freshMark(): string {
  return `7${process.pid}${String(marks++).padStart(2, "0")}`;
}

/** Processes on this machine whose command line has `mark` in it, this one left out. */
export function alive(mark: string): string[] {
  return fs.readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return fs.readFileSync(`/proc/${name}/cmdline`, "latin1").includes(mark);
    } catch {
      return false;
    }
  });
}
