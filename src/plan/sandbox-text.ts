/** What the plan's text says of a sandbox: every field that is not its default. Pure. */

import { durationText, signedDurationText } from "../base/duration.ts";
import { NAMESPACES } from "../base/namespace-kinds.ts";
import type { IdMap } from "../ir/sandbox.ts";
import type { Mount, Plan, PlanSandbox } from "./plan.ts";
import { stopText } from "./process-text.ts";

/** A word for what is done, and with what; an empty word: more of the same. */
export type WordAndText = readonly [word: string, text: string];

type Texts<Key extends keyof PlanSandbox> = (
  value: PlanSandbox[Key],
  sandbox: PlanSandbox,
  plan: Plan,
) => readonly WordAndText[];

const nothing = () => [];

/** In the order in which they are said; a field without its words here does not compile. */
const TEXTS: { readonly [Key in keyof PlanSandbox]: Texts<Key> } = {
  // The title has these, and the slots below.
  name: nothing,
  path: nothing,
  span: nothing,
  parent: nothing,
  level: nothing,
  initSlot: nothing,
  slots: nothing,
  // Numbers of the shim's own helpers, within the block that is reserved.
  nsHelper: nothing,
  mapper: nothing,
  namespaces: (_, sandbox) => [["", flagsText(sandbox)]],
  initMode: (mode) => (mode === "subreaper" ? [["", "the shim is a child subreaper"]] : []),
  uidMap: (map, { gidMap }) =>
    map.map((row) => [sameMaps(map, gidMap) ? "map" : "uid map", mapText(row)]),
  gidMap: (map, { uidMap }) =>
    sameMaps(uidMap, map) ? [] : map.map((row) => ["gid map", mapText(row)]),
  user: (user) =>
    user === null ? [] : [["user", `${user.uid}, group ${user.gid}${groupsText(user.groups)}`]],
  clocks: (clocks) =>
    clocks === null
      ? []
      : [
          [
            "clocks",
            `monotonic ${offsetText(clocks.monotonicMs)}, boottime ${offsetText(clocks.boottimeMs)}`,
          ],
        ],
  root: (root) => (root === "inherit" ? [] : [["root", ROOTS[root]]]),
  mounts: (mounts) => mounts.map((mount) => ["mount", mountText(mount)]),
  hostname: (name) => (name === null ? [] : [["hostname", name]]),
  domainname: (name) => (name === null ? [] : [["domainname", name]]),
  lastPid: (pid) => (pid === null ? [] : [["reserve", `PIDs 1 to ${pid} (ns_last_pid)`]]),
  until: (until, _, plan) => {
    if (until.kind !== "process") {
      return until.kind === "all" ? [] : [["until", "any process has ended"]];
    }
    const slots = plan.slots.slice(until.slots.first, until.slots.end);
    return [["until", `${slots.map(({ path }) => path).join(", ")} has ended`]];
  },
  timeoutMs: (ms) => (ms === null ? [] : [["timeout", durationText(ms)]]),
  stop: (stop) => {
    const text = stopText(stop);
    return text === null ? [] : [["stop", text.replace(/^stop /, "")]];
  },
};

export function sandboxTexts(sandbox: PlanSandbox, plan: Plan): WordAndText[] {
  return Object.entries(TEXTS).flatMap(([key, texts]) =>
    (texts as Texts<never>)(sandbox[key as keyof PlanSandbox] as never, sandbox, plan),
  );
}

function flagsText({ namespaces }: PlanSandbox): string {
  const flags = NAMESPACES.flatMap(({ kind, flag }): string[] =>
    namespaces[kind] === "new"
      ? [flag]
      : namespaces[kind] === "auto"
        ? [`${flag}(if not root)`]
        : [],
  );
  return flags.join(" ");
}

function sameMaps(one: readonly IdMap[], other: readonly IdMap[]): boolean {
  return (
    one.length === other.length &&
    one.every((row, at) => mapText(row) === mapText(other[at] ?? { ...row, count: -1 }))
  );
}

function mapText({ inside, outside, count }: IdMap): string {
  return `${inside} ${outside} ${count}`;
}

function groupsText(groups: readonly number[]): string {
  return groups.length === 0 ? "" : `, groups ${groups.join(" ")}`;
}

function offsetText(ms: number): string {
  return ms < 0 ? signedDurationText(ms) : `+${durationText(ms)}`;
}

const ROOTS = { host: "host, read-only", "host-rw": "host, writable" } as const;

function mountText(mount: Mount): string {
  if (mount.kind === "proc") return "proc on /proc";
  if (mount.kind === "run") return "empty /run";
  return mount.kind === "dev" ? "minimal /dev" : `tmpfs on ${mount.at}`;
}
