/** What a spec says of a process or sandbox as it was found, and remarks on what it cannot. Pure. */

import { NAMESPACES } from "../base/namespace-kinds.ts";
import { FIXED_ENV } from "../base/process-defaults.ts";
import { PROCESS_FIELD_ENTRIES } from "../fields/process-fields.ts";
import type { ObservedProcess } from "../ir/observed-process.ts";
import type { IdMap } from "../ir/sandbox.ts";
import type { CapturedSandbox } from "./capture.ts";
import { fieldOfProc, fieldSpec } from "./field-spec.ts";
import { shown } from "./remarks.ts";
import { clocksSpec, commandOf, limitOf } from "./spec-of-plan.ts";
import { SpecMap, type SpecValue, specMap } from "./spec-tree.ts";

export interface Fields {
  readonly fields: Readonly<Record<string, SpecValue | undefined>>;
  readonly remarks: readonly string[];
}

/** A root sandbox has these for itself, so that nothing of the host's is to be seen there. */
const COVERED = /^\/(tmp|dev|proc)(\/|$)/;

export function processFields(
  process: ObservedProcess,
  sandbox: CapturedSandbox,
  { observer, withEnv }: { readonly observer: ObservedProcess; readonly withEnv: boolean },
): Fields {
  const { argv, exe, cwd, env, files } = process;
  const isCovered = sandbox.sample.inodes["mnt"] !== observer.inodes["mnt"];
  const cwdHere = cwd !== null && !(isCovered && COVERED.test(cwd)) ? cwd : null;
  const variables = (env ?? []).filter(([name, value]) => FIXED_ENV[name] !== value);
  const stdin = files?.get(0);
  return {
    fields: {
      ...commandOf(
        hasProgram(process) ? argv : [exe?.replace(/ \(deleted\)$/, "") ?? "", ...argv.slice(1)],
      ),
      env: withEnv ? pairs(variables) : undefined,
      cwd: cwdHere ?? undefined,
      ...attributeFields(process, observer),
      limits: limitsOf(process, observer),
      user: identityOf(process, observer),
      stdin: stdin?.startsWith("/") && !isDevice(stdin) ? specMap({ file: stdin }) : undefined,
      stdout: files?.get(1) === "/dev/null" ? null : undefined,
      stderr: files?.get(2) === "/dev/null" ? null : undefined,
    },
    remarks: remarksOf(
      process,
      cwdHere === null ? cwd : null,
      withEnv ? [] : variables.map(([name]) => name),
    ),
  };
}

/**
 * Whether its first argument can name its program. A login shell's begins with `-`, none at all is
 * possible, and who changes its title leaves one argument with blanks.
 */
function hasProgram({ argv, exe }: ObservedProcess): boolean {
  const [first = ""] = argv;
  const isTitle = argv.length === 1 && /\s/.test(first);
  return exe === null || !(first === "" || first.startsWith("-") || isTitle);
}

function pairs(entries: readonly (readonly [string, SpecValue])[]): SpecMap {
  const map = new SpecMap();
  for (const [key, value] of entries) map.put(key, value);
  return map;
}

const isDevice = (path: string) => path.startsWith("/dev/");

/** What is neither the field's default nor, where that is the caller's, what the caller has. */
function attributeFields(
  { attributes }: ObservedProcess,
  observer: ObservedProcess,
): Record<string, SpecValue | undefined> {
  const fields = PROCESS_FIELD_ENTRIES.flatMap(([key, entry]) => {
    const text = attributes[key];
    if (text === undefined) return [];
    if (entry.fallback === null && text === observer.attributes[key]) return [];
    const value = fieldOfProc(entry, text);
    return value === undefined ? [] : [[entry.name, fieldSpec(entry, value)]];
  });
  return Object.fromEntries(fields) as Record<string, SpecValue | undefined>;
}

/** Those that are not what the caller of `sandbox up` has. */
function limitsOf({ limits }: ObservedProcess, observer: ObservedProcess): SpecMap {
  const own = new Map(observer.limits.map((limit) => [limit.resource, limit] as const));
  const others = limits.filter(({ resource, soft, hard }) => {
    const usual = own.get(resource);
    return usual?.soft !== soft || usual.hard !== hard;
  });
  return pairs(others.map((limit) => [limit.name, limitOf(limit)]));
}

/** As seen inside; nothing where it is what a sandbox's processes are anyway. */
function identityOf(process: ObservedProcess, observer: ObservedProcess): SpecMap | undefined {
  const { uid, gid, groups, uidMap, gidMap } = process;
  if (process.inodes["user"] === observer.inodes["user"] || process.inodes["user"] == null) {
    const isSame =
      uid === observer.uid && gid === observer.gid && sameList(groups, observer.groups);
    return isSame
      ? undefined
      : specMap({ uid, gid, groups: groups.length > 0 ? groups : undefined });
  }
  const inside = { uid: insideOf(uid, uidMap), gid: insideOf(gid, gidMap) };
  if (inside.uid === null || inside.gid === null) return undefined;
  return inside.uid === 0 && inside.gid === 0
    ? undefined
    : specMap({ uid: inside.uid, gid: inside.gid });
}

function sameList(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** The number inside of a user namespace of what is `id` here; null where it is not mapped. */
function insideOf(id: number, map: readonly IdMap[] | null): number | null {
  const row = map?.find(({ outside, count }) => id >= outside && id < outside + count);
  return row === undefined ? null : row.inside + (id - row.outside);
}

function remarksOf(
  process: ObservedProcess,
  coveredCwd: string | null,
  variables: readonly string[],
): string[] {
  const { argv, exe, files, state, capabilities, hasSeccomp } = process;
  const others = [...(files ?? [])]
    .filter(([fd]) => fd > 2)
    .map(([fd, target]) => `${fd} ${target}`);
  const inputs = files?.get(0);
  const outputs = [1, 2].flatMap((fd) => {
    const target = files?.get(fd);
    return target?.startsWith("/") && !isDevice(target) ? [`${fd} ${target}`] : [];
  });
  return [
    argv.join("").includes("\ufffd") ? "its arguments held bytes that are no text" : null,
    hasProgram(process) ? null : `it called itself "${argv[0] ?? ""}"`,
    exe?.endsWith(" (deleted)") ? `its program has been deleted: ${exe}` : null,
    coveredCwd === null
      ? null
      : `it ran in ${coveredCwd}, where a root sandbox has a tree of its own`,
    inputs !== undefined && (!inputs.startsWith("/") || /^\/dev\/(pts|tty)/.test(inputs))
      ? `it read from ${inputs}; here it reads nothing`
      : null,
    outputs.length === 0 ? null : `it wrote to ${outputs.join(", ")}; here that is logged`,
    others.length === 0 ? null : `open files are not kept: ${shown(others)}`,
    variables.length === 0 ? null : `environment left out (see --env): ${shown(variables)}`,
    state === "T" ? "it was stopped" : null,
    capabilities === 0n
      ? null
      : `it had capabilities: ${capabilities.toString(16).padStart(16, "0")}`,
    hasSeccomp ? "it had a system call filter" : null,
  ].filter((line) => line !== null);
}

/** The namespaces of a sandbox that differ from those around it. */
export function sandboxFields(
  sandbox: CapturedSandbox,
  isRoot: boolean,
  observer: ObservedProcess,
): Fields {
  const { sample, around, ownsPid } = sandbox;
  const { inodes } = sample;
  const isNew = (kind: string) => inodes[kind] != null && inodes[kind] !== around.inodes[kind];
  const modes = new SpecMap();
  if (!ownsPid) modes.put("pid", "inherit");
  for (const { kind, file, fallback } of NAMESPACES) {
    if (kind === "pid" || kind === "user") continue;
    const mode = isNew(file) ? "new" : "inherit";
    const isTime = kind === "time" && mode === "new";
    if (mode !== fallback) modes.put(kind, isTime ? clocksBetween(around, sample) : mode);
  }
  const names = isNew("uts") ? sample.namespaces.names : null;
  const before = around.namespaces.names;
  const ids = isNew("user") ? mapOf(sample, around, observer) : null;
  // An ordinary user's root sandbox has a new one by itself.
  const isByItself = isRoot && ids?.isUsual === true && !hasAdmin(observer);
  if (isNew("user") && !isByItself) modes.put("user", "new");
  const isOther = sample.rootInode !== null && sample.rootInode !== observer.rootInode;
  const tree = isRoot && isOther ? [TREE_REMARK] : [];
  return {
    fields: {
      namespaces: modes,
      hostname:
        names != null && names.hostname !== before?.hostname
          ? names.hostname || undefined
          : undefined,
      domainname:
        names != null && names.domainname !== before?.domainname
          ? names.domainname || undefined
          : undefined,
      user: ids?.map,
    },
    remarks: [...tree, ...(ids?.remarks ?? [])],
  };
}

/** How far the clocks inside are ahead of those around, as far as both are shown. */
function clocksBetween(around: ObservedProcess, inside: ObservedProcess): SpecValue {
  const [before, now] = [around.clocks, inside.clocks];
  if (before === null || now === null) return "new";
  return clocksSpec({
    monotonicMs: now.monotonicMs - before.monotonicMs,
    boottimeMs: now.boottimeMs - before.boottimeMs,
  });
}

const TREE_REMARK =
  "its root was another tree, as containers have: here programs are looked for in the host's";

/** CAP_SYS_ADMIN. Source: capabilities(7). */
function hasAdmin({ capabilities }: ObservedProcess): boolean {
  return ((capabilities >> 21n) & 1n) === 1n;
}

/** The map of a new user namespace, with `outside` as the one around it has it. */
function mapOf(
  { uid, gid, uidMap, gidMap }: ObservedProcess,
  around: ObservedProcess,
  observer: ObservedProcess,
): {
  readonly isUsual: boolean;
  readonly map: SpecMap | undefined;
  readonly remarks: readonly string[];
} {
  const isSelf = around.inodes["user"] === observer.inodes["user"];
  const translated = (map: readonly IdMap[] | null, above: readonly IdMap[] | null) =>
    (map ?? []).map((row) => ({
      ...row,
      outside: isSelf ? row.outside : (insideOf(row.outside, above) ?? row.outside),
    }));
  const uids = translated(uidMap, around.uidMap);
  const gids = translated(gidMap, around.gidMap);
  const caller = isSelf ? observer : { uid: 0, gid: 0 };
  if (isUsual(uids, caller.uid) && isUsual(gids, caller.gid))
    return { isUsual: true, map: undefined, remarks: [] };
  const single = uids.filter(({ count }) => count === 1);
  const ranges = uids.filter(({ count }) => count > 1);
  const rows = single.map(({ inside, outside }) => specMap({ inside, outside }));
  // Where 0, the default, is not mapped, a sandbox has to say who its processes are.
  const hasRoot =
    uids.some(({ inside }) => inside === 0) && gids.some(({ inside }) => inside === 0);
  const ids = hasRoot
    ? {}
    : { uid: insideOf(uid, uidMap) ?? undefined, gid: insideOf(gid, gidMap) ?? undefined };
  const text = (map: readonly IdMap[]) =>
    map.map(({ inside, outside, count }) => `${inside} ${outside} ${count}`).join(", ");
  return {
    isUsual: false,
    map: rows.length === 0 ? undefined : specMap({ ...ids, map: rows }),
    remarks: [
      ...(uids.length > 0
        ? []
        : ["no id was mapped in its user namespace: here 0 inside is the caller"]),
      ...(ranges.length === 0 ? [] : [`ranges of ids cannot be written: ${text(ranges)}`]),
      ...(text(gids) === text(uids) ? [] : [`groups were mapped otherwise: ${text(gids)}`]),
    ],
  };
}

/** As a new user namespace has it by itself: 0 inside is the caller. */
function isUsual([row, ...more]: readonly IdMap[], caller: number): boolean {
  return more.length === 0 && row?.inside === 0 && row.outside === caller && row.count === 1;
}
