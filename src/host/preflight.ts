/** Checks this host before a run starts. I/O: reads procfs. */

import * as fs from "node:fs";
import { PID_LEVEL_MAX } from "../base/kernel-limits.ts";
import { limitsOf } from "./limits.ts";

export interface Obstacle {
  readonly code: "SBX3003" | "SBX3004" | "SBX3006" | "SBX3007" | "SBX3008" | "SBX3009" | "SBX3010";
  readonly message: string;
  readonly help: string;
}

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

/** Whether the caller may choose PIDs in its own namespace. Source: clone(2), set_tid. */
export function mayChoosePids(): boolean {
  return hasAdmin() || has(CAPABILITY.checkpointRestore);
}

/** The highest value the caller may set for a limit, and whether the host sets it for everyone. */
export function limitCeiling(limit: string): {
  readonly ceiling: number;
  readonly isHosts: boolean;
} {
  const isHosts = has(CAPABILITY.sysResource);
  if (!isHosts) {
    const hard = limitsOf("self").find(({ name }) => name === limit)?.hard;
    return { ceiling: hard ?? Infinity, isHosts };
  }
  return {
    ceiling: limit === "nofile" ? Number(read("/proc/sys/fs/nr_open") ?? Infinity) : Infinity,
    isHosts,
  };
}

/** How many levels the kernel allows below ours, as far as procfs shows our own depth. */
export function levelsLeft(): number {
  const line = /^NSpid:\t(.*)$/m.exec(read("/proc/self/status") ?? "")?.[1] ?? "1";
  return PID_LEVEL_MAX - (line.split("\t").length - 1);
}

/** Why this host refuses user namespaces to ordinary users; null: no setting does. */
export function userNamespaceObstacle(): Obstacle | null {
  const block = (file: string, value: string, command: string): Obstacle | null =>
    read(file) === value
      ? {
          code: "SBX3004",
          message: `this host gives ordinary users no user namespaces: ${file} is ${value}`,
          help: `run as root, or ask an administrator for \`${command}\``,
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
