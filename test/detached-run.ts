/** Detached runs that end with their test, however it ends. */

import * as fs from "node:fs";
import { join } from "node:path";
import type { Detached } from "../src/engine/detached.ts";
import { endedRuns, type LiveRun, liveRuns } from "../src/engine/run-dir.ts";
import { RunLogs } from "../src/engine/run-logs.ts";
import type { LogPiece } from "../src/engine/slot-reader.ts";
import { decodeTable, type StateTable } from "../src/wire/table.ts";
import { environmentFor, root, sandbox, scratch, type User, writeSpec } from "./sandbox.ts";

/** A run may take so long to end before it is killed. */
const END_TIMEOUT_MS = 20_000;

export interface DetachedRun {
  readonly run: LiveRun;
  readonly directory: string;
  readonly monitorPid: number;
  /** The process that signals are for: the monitor, or the guard above it. */
  readonly pid: number;
  /** What its starter said; null: it said nothing. */
  readonly detached: Detached | null;
  /** Null once the directory is gone. */
  readonly table: () => StateTable | null;
  /** Awaits its end, after a SIGTERM if `stop`: its exit code, or null where its monitor was killed. */
  readonly ended: (stop?: "stop") => Promise<number | null>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

interface Options {
  /** Where the run's directory is to be; else the user's own. */
  readonly runs?: string;
  /** Before the program that starts it, as of prlimit(1). */
  readonly prefix?: readonly string[];
}

export function writePlan(user: User, name: string, spec: string): string {
  const image = join(scratch, `${name}-${user.name.replace(" ", "-")}.plan`);
  const ran = sandbox(user, "plan", writeSpec(name, spec), "-o", image);
  if (ran.code !== 0) throw new Error(ran.err);
  return image;
}

/** The program that starts a plan as a detached run, and ends then. */
export function starterOf(user: User, image: string, name: string, options: Options = {}) {
  const { runs, prefix = [] } = options;
  return Bun.spawn(
    [
      ...user.prefix,
      ...prefix,
      process.execPath,
      join(root, "test/start-detached.ts"),
      image,
      name,
    ],
    {
      env: { ...environmentFor(user), ...(runs !== undefined && { SANDBOX_RUN_DIR: runs }) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

export async function startDetachedRun(
  user: User,
  name: string,
  spec: string,
  options: Options = {},
): Promise<DetachedRun> {
  const starter = starterOf(user, writePlan(user, name, spec), name, options);
  const [out, err] = await Promise.all([
    new Response(starter.stdout).text(),
    new Response(starter.stderr).text(),
  ]);
  if ((await starter.exited) !== 0) throw new Error(`${out}${err}`);
  const { path, ...detached } = JSON.parse(out) as Detached & { path: string };
  return detachedRun(path, name, detached);
}

/** The one in this directory. */
export function detachedRun(
  directory: string,
  name: string,
  detached: Detached | null = null,
): DetachedRun {
  const [planPath, tablePath] = [join(directory, "plan"), join(directory, "table")];
  const table = () => {
    try {
      return decodeTable(fs.readFileSync(tablePath), null);
    } catch {
      return null;
    }
  };
  const monitorPid = table()?.monitorPid ?? 0;
  const pid = detached?.pid ?? monitorPid;
  const isAlive = () => pid > 0 && fs.existsSync(`/proc/${pid}`);
  const ended = async (stop?: "stop") => {
    if (stop !== undefined && isAlive()) process.kill(pid, "SIGTERM");
    const end = performance.now() + END_TIMEOUT_MS;
    while (isAlive() && performance.now() < end) await Bun.sleep(10);
    const last = table();
    return last?.phase === "ended" ? last.exitCode : null;
  };
  return {
    run: { name, planPath, tablePath, isHere: true },
    directory,
    monitorPid,
    pid,
    detached,
    table,
    ended,
    [Symbol.asyncDispose]: async () => {
      await ended("stop");
      if (isAlive()) process.kill(pid, "SIGKILL");
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A script that goes on at each `pause(n)` once it has been signalled n times, in whichever order. */
export const pause = (count: number) => `while [ $go -lt ${count} ]; do sleep 0.05; done`;

/** A spec of one process, which runs this script. */
export function signalled(name: string, shell: string): string {
  const script = `go=0; trap 'go=$((go+1))' USR1; ${shell}`;
  return `sandbox: ${name}\nprocesses: {p: {shell: ${JSON.stringify(script)}}}\n`;
}

/** Signals the process of such a spec. */
export function signal({ run }: DetachedRun): void {
  const table = decodeTable(fs.readFileSync(run.tablePath), [1, 1]);
  process.kill(table?.slots[1]?.pids[0] ?? 0, "SIGUSR1");
}

/** What is kept of a slot. */
export function keptOf({ run }: { run: LiveRun }, slot: number, isOver = true): LogPiece[] {
  const logs = RunLogs.open(run, new Map([[slot, 0]]));
  const pieces = [...(logs?.pieces(isOver) ?? [])];
  logs?.close();
  return pieces;
}

export function textOf(pieces: readonly LogPiece[], stream?: "stdout" | "stderr"): string {
  const chosen = pieces.filter((piece) => stream === undefined || piece.stream === stream);
  return Buffer.concat(chosen.map(({ bytes }) => bytes)).toString();
}

export function missingOf(pieces: readonly LogPiece[]): number {
  return pieces.reduce((sum, { missing }) => sum + missing, 0);
}

/** Names of a user's runs by their state, as a command of that user sees them. */
export function namesIn(runs: string): { live: string[]; ended: string[] } {
  process.env["SANDBOX_RUN_DIR"] = runs;
  return {
    live: liveRuns().map(({ name }) => name),
    ended: endedRuns().map(({ name }) => name),
  };
}
