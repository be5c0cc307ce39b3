/**
 * The directory of one run: plan image, state table, and who owns it. I/O.
 *
 * It lies in a directory of the user's own (0700), under a name that no other live run has. What
 * dead runs left is removed when the next one begins. The monitor removes it too, should the runner
 * die before the end; `native/run/main.c` knows the names of the files.
 */

import * as fs from "node:fs";
import { isAbsolute, join } from "node:path";
import { runtimeHome } from "../host/base-dirs.ts";
import { namespaceOf } from "../host/machine.ts";

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
  /** `detail` is the name, or what went wrong at which path. */
  | { readonly ok: false; readonly reason: "name-in-use" | "unwritable"; readonly detail: string };

const FILES = ["table", "trace", "plan", "owner"] as const;

/** Runs of one name get `-2`, `-3` … up to this. */
const SUFFIX_MAX = 10_000;

/** Of directories that are being filled; no run can have such a name. */
const UNNAMED = ".new-";

/** A directory without `owner` is being made, or was never finished; after so long the latter. */
const UNFINISHED_MS = 5_000;

/** Nobody else looks into what we make, whatever the caller's mask is. */
const PRIVATE_UMASK = 0o077;

/**
 * `SANDBOX_RUN_DIR` alone where it is set; else `XDG_RUNTIME_DIR/sandbox`, `/run/sandbox` for root,
 * one in `/tmp`: the first that can be had is used. After su(1) XDG_RUNTIME_DIR is another user's,
 * and in a container /run may be read-only.
 */
function runDirBases(): string[] {
  const chosen = process.env["SANDBOX_RUN_DIR"];
  if (chosen && isAbsolute(chosen)) return [chosen];
  const runtime = runtimeHome();
  const uid = process.getuid?.() ?? 0;
  return [
    ...(runtime && isOwn(runtime) ? [join(runtime, "sandbox")] : []),
    ...(uid === 0 ? ["/run/sandbox"] : []),
    `/tmp/sandbox-${uid}`,
  ];
}

/** A directory of ours that no other user may write to: anyone may make one in /tmp before us. */
function isOwn(path: string): boolean {
  const status = fs.lstatSync(path, { throwIfNoEntry: false });
  return (
    status?.isDirectory() === true &&
    status.uid === process.getuid?.() &&
    (status.mode & 0o022) === 0
  );
}

/** Null where it can be used; else why not. */
function obstacleOf(base: string): string | null {
  try {
    fs.mkdirSync(base, { recursive: true, mode: 0o700 });
    if (!isOwn(base)) return `${base} belongs to, or can be written by, somebody else`;
    fs.accessSync(base, fs.constants.W_OK);
    return null;
  } catch (error) {
    return `${base}: ${codeOf(error)}`;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/**
 * Makes the directory of a run, with its plan image in it. A `name` that the user chose must be
 * free; one that comes from the spec gets a number where it is not.
 */
export function createRunDir(name: string, isChosen: boolean, image: Uint8Array): RunDirResult {
  const umask = process.umask(PRIVATE_UMASK);
  try {
    const obstacles: string[] = [];
    for (const base of runDirBases()) {
      const obstacle = obstacleOf(base);
      if (obstacle === null) return createIn(base, name, isChosen, image);
      obstacles.push(obstacle);
    }
    return { ok: false, reason: "unwritable", detail: obstacles.join("; ") };
  } finally {
    process.umask(umask);
  }
}

/**
 * The directory is filled under another name and then moved: so none that others see is empty or
 * half made, and moving it onto one that is not empty fails, which is the lock.
 */
function createIn(base: string, name: string, isChosen: boolean, image: Uint8Array): RunDirResult {
  removeStaleIn(base);
  const made = fs.mkdtempSync(join(base, UNNAMED));
  let tableFd: number | null = null;
  let path = made;
  try {
    tableFd = filled(made, image);
    for (let number = 1; number <= (isChosen ? 1 : SUFFIX_MAX); number++) {
      const candidate = number === 1 ? name : `${name}-${number}`;
      path = join(base, candidate);
      if (isMoved(made, path)) return { ok: true, dir: runDir(candidate, path, tableFd) };
    }
  } catch (error) {
    abandon(made, tableFd);
    return { ok: false, reason: "unwritable", detail: `${path}: ${codeOf(error)}` };
  }
  abandon(made, tableFd);
  return { ok: false, reason: "name-in-use", detail: name };
}

function runDir(name: string, path: string, tableFd: number): RunDir {
  return { name, path, planPath: join(path, "plan"), tracePath: join(path, "trace"), tableFd };
}

/** Returns the descriptor of the table. */
function filled(path: string, image: Uint8Array): number {
  fs.writeFileSync(join(path, "owner"), ownerText(process.pid));
  fs.writeFileSync(join(path, "plan"), image);
  return fs.openSync(join(path, "table"), "wx+");
}

function abandon(path: string, tableFd: number | null): void {
  if (tableFd !== null) fs.closeSync(tableFd);
  removeFiles(path);
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
  return runDirBases().flatMap((base) =>
    namesIn(base).flatMap((name) => {
      const path = join(base, name);
      if (name.startsWith(UNNAMED) || lifeOf(path) !== "lives") return [];
      return [{ name, planPath: join(path, "plan"), tablePath: join(path, "table") }];
    }),
  );
}

function namesIn(base: string): string[] {
  try {
    return isOwn(base) ? fs.readdirSync(base).toSorted() : [];
  } catch {
    return [];
  }
}

/** The bytes of the state table as they are now; null once the run's directory is gone. */
export function runTable({ tablePath }: LiveRun): Uint8Array | null {
  try {
    return fs.readFileSync(tablePath);
  } catch {
    return null;
  }
}

/** False: another run has this name. Source: rename(2), ENOTEMPTY or EEXIST. */
function isMoved(from: string, to: string): boolean {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) return false;
    throw error;
  }
}

function removeStaleIn(base: string): void {
  for (const name of namesIn(base)) {
    const path = join(base, name);
    if (lifeOf(path) === "dead") removeStale(path);
  }
}

/**
 * Of all who see that a run is dead, only the one who gets hold of its `owner` removes it; who
 * comes late may get that of the next run instead, and puts it back.
 */
function removeStale(path: string): void {
  const taken = join(path, `owner.${process.pid}`);
  try {
    fs.renameSync(join(path, "owner"), taken);
    if ((lifeOfOwner(fs.readFileSync(taken, "utf8")) ?? "dead") === "dead") {
      fs.rmSync(taken);
      removeFiles(path);
    } else {
      fs.renameSync(taken, join(path, "owner"));
    }
  } catch {
    // Taken by another, or never finished and so empty: then this removes it.
    removeEmpty(path);
  }
}

function removeFiles(path: string): void {
  for (const file of FILES) fs.rmSync(join(path, file), { force: true });
  removeEmpty(path);
}

function removeEmpty(path: string): void {
  try {
    fs.rmdirSync(path);
  } catch {
    // Removed by the monitor at the same time, or taken by the next run: both are as wished.
  }
}

/**
 * A process is named by its PID and its start time, since PIDs are used again; and by its PID
 * namespace, since a sandbox may share this directory and knows others by other numbers.
 */
function ownerText(pid: number): string {
  return `${pid} ${startTimeOf(pid) ?? 0} ${namespaceOf("self", "pid") ?? 0}`;
}

type Life = "lives" | "dead" | "unknown";

function lifeOf(path: string): Life {
  try {
    const life = lifeOfOwner(fs.readFileSync(join(path, "owner"), "utf8"));
    if (life !== null) return life;
  } catch {
    // As if there were nothing in it.
  }
  // Being made right now, or half removed: young ones are left alone.
  const made = fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - made > UNFINISHED_MS ? "dead" : "unknown";
}

/** Null where it is not, or only in part, written. */
function lifeOfOwner(owner: string): Life | null {
  const here = namespaceOf("self", "pid") ?? 0;
  const [pid, start, pidns = here] = owner.split(" ").map(Number);
  if (pid === undefined || start === undefined) return null;
  if (pidns !== here) return "unknown";
  return startTimeOf(pid) === start ? "lives" : "dead";
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
