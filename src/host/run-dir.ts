/**
 * The directory of one run: plan image, state table, and who owns it. I/O.
 *
 * It lies in a directory of the user's own (0700), under a name that no other live run has. What a
 * dead run left is removed when the next one looks. The monitor removes it too, should the runner
 * die before the end; `native/main.c` knows the names of the files.
 */

import * as fs from "node:fs";
import { join } from "node:path";

export interface RunDir {
  readonly name: string;
  readonly path: string;
  readonly planPath: string;
  /** Open for reading and writing; the shim makes it the state table. Closed by `removeRunDir`. */
  readonly tableFd: number;
  /** Where the events of a traced run are written to. */
  readonly tracePath: string;
}

export type RunDirResult =
  | { readonly ok: true; readonly dir: RunDir }
  | { readonly ok: false; readonly reason: "name-in-use" | "untrusted"; readonly detail: string };

const FILES = ["table", "trace", "plan", "owner"] as const;

/** Runs of one name get `-2`, `-3` … up to this. */
const SUFFIX_MAX = 10_000;

/** `XDG_RUNTIME_DIR/sandbox` where it is set, else `/run/sandbox` for root, else in `/tmp`. */
export function runDirBase(): string {
  const runtime = process.env["XDG_RUNTIME_DIR"];
  if (runtime) return join(runtime, "sandbox");
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? "/run/sandbox" : `/tmp/sandbox-${uid}`;
}

/**
 * Makes the directory of a run. A `name` that the user chose must be free; one that comes from the
 * spec gets a number where it is not.
 */
export function createRunDir(name: string, isChosen: boolean): RunDirResult {
  const base = runDirBase();
  fs.mkdirSync(base, { recursive: true, mode: 0o700 });
  const status = fs.lstatSync(base);
  // Anyone may have made a directory in /tmp before us.
  if (!status.isDirectory() || status.uid !== process.getuid?.() || (status.mode & 0o022) !== 0) {
    return { ok: false, reason: "untrusted", detail: base };
  }
  for (let number = 1; number <= (isChosen ? 1 : SUFFIX_MAX); number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    const path = join(base, candidate);
    if (!claim(path)) continue;
    fs.writeFileSync(join(path, "owner"), ownerText(process.pid));
    const tableFd = fs.openSync(join(path, "table"), "wx+", 0o600);
    return {
      ok: true,
      dir: {
        name: candidate,
        path,
        planPath: join(path, "plan"),
        tracePath: join(path, "trace"),
        tableFd,
      },
    };
  }
  return { ok: false, reason: "name-in-use", detail: name };
}

export function removeRunDir(dir: RunDir): void {
  fs.closeSync(dir.tableFd);
  removeFiles(dir.path);
}

/** A run that is going on. */
export interface LiveRun {
  readonly name: string;
  readonly planPath: string;
  readonly tablePath: string;
}

/** The runs of this user; of others nothing can be seen, as the directory is their own. */
export function liveRuns(): LiveRun[] {
  const base = runDirBase();
  let names: string[];
  try {
    names = fs.readdirSync(base);
  } catch {
    return [];
  }
  return names.toSorted().flatMap((name) => {
    const path = join(base, name);
    if (!fs.existsSync(join(path, "owner")) || isStale(path)) return [];
    return [{ name, planPath: join(path, "plan"), tablePath: join(path, "table") }];
  });
}

/** The bytes of the state table as they are now; null once the run's directory is gone. */
export function runTable({ tablePath }: LiveRun): Uint8Array | null {
  try {
    return fs.readFileSync(tablePath);
  } catch {
    return null;
  }
}

/** mkdir is the lock: it succeeds for one. A directory whose owners are all dead is taken over. */
function claim(path: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      fs.mkdirSync(path, { mode: 0o700 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (attempt === 0 && isStale(path)) removeFiles(path);
      else return false;
    }
  }
  return false;
}

function removeFiles(path: string): void {
  for (const file of FILES) fs.rmSync(join(path, file), { force: true });
  try {
    fs.rmdirSync(path);
  } catch {
    // Removed by the monitor at the same time, or taken by the next run: both are as wished.
  }
}

/** A process is named by its PID and its start time, since PIDs are used again. */
function ownerText(pid: number): string {
  return `${pid} ${startTimeOf(pid) ?? 0}`;
}

function isStale(path: string): boolean {
  let text = "";
  try {
    text = fs.readFileSync(join(path, "owner"), "utf8");
  } catch {
    // As if there were nothing in it.
  }
  const [pid, start] = text.split(" ").map(Number);
  if (pid === undefined || start === undefined) {
    // Being made right now, or half removed: young ones are left alone.
    const made = fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - made > 5_000;
  }
  return startTimeOf(pid) !== start;
}

/** Field 22 of /proc/PID/stat; null when there is no such process. Source: proc_pid_stat(5). */
function startTimeOf(pid: number): number | null {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[19]);
  } catch {
    return null;
  }
}
