/**
 * The directory of one run: plan image, state table, and the lock that its monitor holds. I/O.
 *
 * It lies in a directory of the user's own (0700), under a name that no other live run has. The lock
 * alone shows which runs live, also across PID namespaces. The monitor removes the directory at
 * the end (`native/run/run_dir.c` knows the names of the files), but that of a detached run: its last
 * table and its logs stay until they are removed, or its name starts again. What other dead runs left is
 * removed by whoever looks next.
 */

import * as fs from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { RUN_FILES } from "../base/run-files.ts";
import { runtimeHome } from "../host/base-dirs.ts";
import { namespaceOf } from "../host/machine.ts";
import { shimPath } from "../host/shim-path.ts";
import { decodeTable } from "../wire/table.ts";

export interface RunDir {
  readonly name: string;
  readonly path: string;
  readonly planPath: string;
  /** Open for reading and writing; the shim makes it the state table. Closed by `removeRunDir`. */
  readonly tableFd: number;
  /** Where the events of a traced run are written to. The file is gone once the run has ended. */
  readonly tracePath: string;
  /** The inode of the directory, which may be removed or replaced under its path. */
  readonly ownFd: number;
}

export type RunDirResult =
  | { readonly ok: true; readonly dir: RunDir }
  /** `detail` is the name, or what went wrong at which path. */
  | { readonly ok: false; readonly reason: "name-in-use" | "unwritable"; readonly detail: string };

/** Runs of one name get `-2`, `-3` … up to this. */
const SUFFIX_MAX = 10_000;

/** The prefix of directories that are still being filled; no run can have such a name. */
const UNNAMED = ".new-";

/** Another command may remove the directory above, when it is empty, before we have ours in it. */
const TRIES = 20;

/** Nobody else looks into what we make, whatever the caller's mask is. */
const PRIVATE_UMASK = 0o077;

const TMP = "/tmp";

/**
 * `SANDBOX_RUN_DIR` alone where it is set; else `XDG_RUNTIME_DIR/sandbox`, `/run/sandbox` for root,
 * those in `/tmp`: the first that can be had is used. After su(1) XDG_RUNTIME_DIR is another user's,
 * and in a container /run may be read-only. Relative paths are ignored (XDG base directories).
 */
function runDirBases(): string[] {
  const chosen = process.env["SANDBOX_RUN_DIR"];
  if (chosen && isAbsolute(chosen)) return [chosen];
  const runtime = runtimeHome();
  return [
    ...(runtime && isOwn(runtime) ? [join(runtime, "sandbox")] : []),
    ...(process.getuid?.() === 0 ? ["/run/sandbox"] : []),
    ...basesInTmp(),
  ];
}

/** The usual one, and those that were made because somebody else had taken that name. */
function basesInTmp(): string[] {
  const usual = `sandbox-${outerUid()}`;
  const others = namesOf(TMP).filter((name) => name.startsWith(`${usual}-`));
  return [join(TMP, usual), ...others.map((name) => join(TMP, name)).filter(isOwn)];
}

/**
 * The user as the user namespace above knows it: in one made by unshare(1) an ordinary user is 0,
 * which is root's name for a directory. Source: user_namespaces(7).
 */
function outerUid(): number {
  const uid = process.getuid?.() ?? 0;
  try {
    for (const line of fs.readFileSync("/proc/self/uid_map", "latin1").trim().split("\n")) {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      if (uid >= inside && uid - inside < count) return outside + uid - inside;
    }
  } catch {
    // Without procfs nothing can be run either.
  }
  return uid;
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
    const other = process.env["SANDBOX_RUN_DIR"] ? null : otherBaseInTmp(obstacles);
    if (other !== null) return createIn(other, name, isChosen, image);
    return { ok: false, reason: "unwritable", detail: obstacles.join("; ") };
  } finally {
    process.umask(umask);
  }
}

/** A name that nobody can take before us. Null where /tmp cannot be written to either. */
function otherBaseInTmp(obstacles: string[]): string | null {
  try {
    return fs.mkdtempSync(join(TMP, `sandbox-${outerUid()}-`));
  } catch (error) {
    obstacles.push(`${TMP}: ${codeOf(error)}`);
    return null;
  }
}

function createIn(base: string, name: string, isChosen: boolean, image: Uint8Array): RunDirResult {
  const ended = pathsIn(namesOf(base).length > 0 ? [base] : [], "ended");
  for (let tries = 1; ; tries++) {
    const result = tryIn(base, name, isChosen, image, ended);
    const isGone = !result.ok && result.reason === "unwritable" && !fs.existsSync(base);
    if (!isGone || tries === TRIES) return result;
    obstacleOf(base);
  }
}

/**
 * The directory is filled under another name and then moved: so none that others see is empty or
 * half made, and moving it onto one that is not empty fails, which is what makes names unique.
 */
function tryIn(
  base: string,
  name: string,
  isChosen: boolean,
  image: Uint8Array,
  ended: readonly string[],
): RunDirResult {
  let path = join(base, UNNAMED);
  let filling: Filling | null = null;
  try {
    path = fs.mkdtempSync(path);
    filling = { path, ownFd: fs.openSync(path, fs.constants.O_DIRECTORY), tableFd: null };
    const tableFd = fill(filling, image);
    for (let number = 1; number <= (isChosen ? 1 : SUFFIX_MAX); number++) {
      const candidate = number === 1 ? name : `${name}-${number}`;
      path = join(base, candidate);
      if (ended.includes(path)) removeEnded(path);
      if (isMoved(filling.path, path)) {
        return { ok: true, dir: runDir(candidate, path, tableFd, filling.ownFd) };
      }
    }
  } catch (error) {
    if (filling === null) removeEmpty(path);
    else abandon(filling);
    return { ok: false, reason: "unwritable", detail: `${path}: ${codeOf(error)}` };
  }
  abandon(filling);
  return { ok: false, reason: "name-in-use", detail: name };
}

function runDir(name: string, path: string, tableFd: number, ownFd: number): RunDir {
  const [planPath, tracePath] = [join(path, "plan"), join(path, "trace")];
  return { name, path, planPath, tracePath, tableFd, ownFd };
}

interface Filling {
  readonly path: string;
  readonly ownFd: number;
  tableFd: number | null;
}

/** Returns the descriptor of the table. The lock's text says where its PIDs are to be understood. */
function fill(filling: Filling, image: Uint8Array): number {
  const { path } = filling;
  fs.writeFileSync(join(path, "lock"), `${namespaceOf("self", "pid") ?? 0}`);
  fs.writeFileSync(join(path, "plan"), image);
  filling.tableFd = fs.openSync(join(path, "table"), "wx+");
  return filling.tableFd;
}

function abandon({ path, ownFd, tableFd }: Filling): void {
  if (tableFd !== null) fs.closeSync(tableFd);
  removeOwn(ownFd, path);
}

/** Closes what this program has open of a run that lives on. */
export function leaveRunDir(dir: RunDir): void {
  fs.closeSync(dir.tableFd);
  fs.closeSync(dir.ownFd);
}

/** What the monitor has not removed, as it was killed, or never began. */
export function removeRunDir(dir: RunDir): void {
  fs.closeSync(dir.tableFd);
  removeOwn(dir.ownFd, dir.path);
}

/** By descriptor: at the path there may be another run's by now. Closes `ownFd`. */
function removeOwn(ownFd: number, path: string): void {
  const status = fs.fstatSync(ownFd);
  // Without a link to it it is removed already, as by a monitor that lived to the end.
  if (status.nlink > 0) {
    const own = `/proc/self/fd/${ownFd}`;
    for (const file of RUN_FILES) fs.rmSync(join(own, file), { force: true });
    const there = fs.lstatSync(path, { throwIfNoEntry: false });
    if (there?.dev === status.dev && there.ino === status.ino) removeEmpty(path);
  }
  fs.closeSync(ownFd);
  const base = dirname(path);
  if (dirname(base) === TMP && basename(base).startsWith("sandbox-")) removeEmpty(base);
}

function removeEmpty(path: string): void {
  try {
    fs.rmdirSync(path);
  } catch {
    // Removed by the monitor at the same time, or taken by the next run: both are fine.
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

/** A run that is going on; of one that has ended, its last state. */
export interface LiveRun {
  readonly name: string;
  readonly planPath: string;
  readonly tablePath: string;
  /** False: in another PID namespace, where its PIDs of level 0 are others than here. */
  readonly isHere: boolean;
}

/** The runs of this user; of others nothing can be seen, as the directory is their own. */
export function liveRuns(): LiveRun[] {
  return runsOf("live");
}

/**
 * Detached runs that have ended, with their last table and their logs. Where the table's phase is not
 * `ended`, the monitor was killed.
 */
export function endedRuns(): LiveRun[] {
  return runsOf("ended");
}

/** Whether nobody writes to the run's table and logs any more. */
export function hasEnded(run: LiveRun): boolean {
  const bytes = runTable(run);
  if (bytes === null || decodeTable(bytes, null)?.phase === "ended") return true;
  const path = dirname(run.tablePath);
  return !pathsIn([dirname(path)], "live").includes(path);
}

/** False: it lives, after all, or is gone. */
export function removeEnded(path: string): boolean {
  const shim = shimPath();
  return shim !== null && Bun.spawnSync([shim, "remove", path]).exitCode === 0;
}

function runsOf(state: "live" | "ended"): LiveRun[] {
  const here = String(namespaceOf("self", "pid") ?? 0);
  const bases = runDirBases().filter((base) => namesOf(base).length > 0);
  return pathsIn(bases, state).map((path) => ({
    name: basename(path),
    planPath: join(path, "plan"),
    tablePath: join(path, "table"),
    isHere: readText(join(path, "lock")) === here,
  }));
}

/**
 * Asks the shim, as nothing else here can try a lock: `runs` also removes what dead runs have left.
 * In the order of the bases, each by name.
 */
function pathsIn(bases: readonly string[], state: "live" | "ended"): string[] {
  const shim = shimPath();
  if (shim === null || bases.length === 0) return [];
  const { stdout } = Bun.spawnSync([shim, "runs", ...bases], { stderr: "ignore" });
  const records = stdout.toString().split("\0");
  const paths = records.flatMap((each) =>
    each.startsWith(`${state} `) ? [each.slice(state.length + 1)] : [],
  );
  return bases.flatMap((base) => paths.filter((path) => dirname(path) === base).toSorted());
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function namesOf(directory: string): string[] {
  try {
    return fs.readdirSync(directory);
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
