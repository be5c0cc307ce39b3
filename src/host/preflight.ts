/** What can be known about this host before anything is started. I/O: reads procfs. */

import * as fs from "node:fs";
import type { ResourceLimit } from "../ir/process.ts";
import type { Plan } from "../plan/plan.ts";
import { limitsOf } from "./limits.ts";
import type { Obstacle, PlanObstacle } from "./obstacle.ts";
import { idObstacles } from "./rootless-ids.ts";

/** Deepest PID namespace below the initial one. Source: pid_namespaces(7). */
const LEVEL_MAX = 32;

function read(path: string): string | null {
  try {
    return fs.readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}

/** Bits of the effective set. Source: capabilities(7), linux/capability.h. */
const CAPABILITY = { sysAdmin: 21n, sysResource: 24n, checkpointRestore: 40n } as const;

function has(capability: bigint): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(read("/proc/self/status") ?? "")?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n;
}

export function hasAdmin(): boolean {
  return has(CAPABILITY.sysAdmin);
}

/** Levels that are left below us, as far as procfs shows: a host may hide its own depth. */
export function levelsLeft(): number {
  const line = /^NSpid:\t(.*)$/m.exec(read("/proc/self/status") ?? "")?.[1] ?? "1";
  return LEVEL_MAX - (line.split("\t").length - 1);
}

/** Why an ordinary user gets no user namespace here; null where nothing says so. */
export function userNamespaceObstacle(): Obstacle | null {
  const block = (file: string, value: string, mend: string): Obstacle | null =>
    read(file) === value
      ? {
          code: "SBX3004",
          message: `this host gives ordinary users no user namespaces: ${file} is ${value}`,
          help: `run as root, or ask an administrator for \`${mend}\``,
        }
      : null;
  return (
    block(
      "/proc/sys/kernel/unprivileged_userns_clone",
      "0",
      "sysctl -w kernel.unprivileged_userns_clone=1",
    ) ??
    block(
      "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
      "1",
      "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ) ??
    block("/proc/sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000")
  );
}

/** All that is known to be in the way of this plan here, before anything is started; in plan order. */
export function obstaclesTo(plan: Plan): PlanObstacle[] {
  const [root] = plan.sandboxes;
  if (root === undefined) return [];
  const isRootless = root.namespaces.user !== "inherit" && !hasAdmin();
  const ofRun = levelObstacle(plan) ?? (isRootless ? userNamespaceObstacle() : null);
  return [
    ...(ofRun === null ? [] : [{ ...ofRun, span: root.span }]),
    ...(hasAdmin() || has(CAPABILITY.checkpointRestore) ? [] : hostPins(plan)),
    ...limitObstacles(plan),
    ...(isRootless ? idObstacles(plan, caller()) : []),
  ];
}

const caller = () => ({ uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 });

function levelObstacle({ sandboxes }: Plan): Obstacle | null {
  const deepest = sandboxes.reduce((most, { level }) => Math.max(most, level), 0);
  const left = levelsLeft();
  if (deepest <= left) return null;
  return {
    code: "SBX3003",
    message: `the plan needs ${deepest} PID namespace levels, but ${left} are left here`,
    help: "run it further out, or nest less deep",
  };
}

/** PIDs in the caller's own namespace, which it may not choose. Source: clone(2). */
function hostPins(plan: Plan): PlanObstacle[] {
  const pins = plan.slots.flatMap(({ process }) => process?.pins ?? []);
  return pins
    .filter(({ level }) => level === 0)
    .map(({ span }) => ({
      code: "SBX3006",
      span,
      message: "a PID on the host is pinned, and an ordinary user may choose none there",
      help: "run as root or with CAP_CHECKPOINT_RESTORE, or pin it at a level of the spec",
    }));
}

/** Infinity is RLIM_INFINITY. */
const numberOf = (limit: number | null) => limit ?? Infinity;

/** Source: getrlimit(2). */
function limitObstacles(plan: Plan): PlanObstacle[] {
  if (!plan.slots.some(({ process }) => process !== null && process.limits.length > 0)) return [];
  const own = new Map(limitsOf("self").map(({ name, hard }) => [name, numberOf(hard)]));
  const mayRaise = has(CAPABILITY.sysResource);
  const files = Number(read("/proc/sys/fs/nr_open") ?? Infinity);
  const mostOf = ({ name }: ResourceLimit) =>
    mayRaise ? (name === "nofile" ? files : Infinity) : (own.get(name) ?? Infinity);
  return plan.slots.flatMap((slot) =>
    (slot.process?.limits ?? [])
      .filter((limit) => numberOf(limit.hard) > mostOf(limit))
      .map((limit): PlanObstacle => {
        const wish = limit.hard ?? "unlimited";
        const who = mayRaise ? "this host gives nobody" : "this caller may have no";
        return {
          code: "SBX3007",
          span: slot.span,
          message: `process "${slot.path}" asks for ${limit.name} ${wish}, and ${who} more than ${mostOf(limit)}`,
          help: mayRaise
            ? "ask for less, or raise it with `sysctl -w fs.nr_open=…`"
            : "ask for less, or have the caller's hard limit (ulimit -H) raised by who has CAP_SYS_RESOURCE",
        };
      }),
  );
}
