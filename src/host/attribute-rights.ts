/** What niceness and OOM score the caller may give to its processes. I/O: procfs, tries its own. */

import * as fs from "node:fs";
import { limitsOf } from "./limits.ts";
import { readText } from "./machine.ts";
import { statField } from "./proc-stat.ts";

/** Bits of the effective set. Source: capabilities(7). */
const CAPABILITY = { dacOverride: 1n, sysNice: 23n } as const;

/** Whether the caller has a right over the machine itself: one in a user namespace is none. */
function hasOverHost(capability: bigint): boolean {
  const status = readText("/proc/self/status") ?? "";
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  const isInitial = /^\s*0\s+0\s+4294967295\s*$/.test(readText("/proc/self/uid_map") ?? "");
  return isInitial && ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n;
}

/** Lowest niceness that it may give. Source: setpriority(2), getrlimit(2), RLIMIT_NICE. */
export function leastNice(): number {
  if (hasOverHost(CAPABILITY.sysNice)) return -20;
  const soft = limitsOf("self").find(({ name }) => name === "nice")?.soft ?? 0;
  return Math.min(Number(statField("self", 19) ?? 0), 20 - soft);
}

const OWN_SCORE = "/proc/self/oom_score_adj";

/**
 * Whether the caller may have this OOM score. The kernel remembers the lowest one that a privileged
 * process gave, and shows it nowhere: so a lower score than now is tried, and taken back.
 * Source: proc_pid_oom_score_adj(5).
 */
export function mayHaveOomScore(score: number): boolean {
  const own = Number(readText(OWN_SCORE)?.trim() ?? 0);
  if (score >= own) return true;
  try {
    fs.writeFileSync(OWN_SCORE, String(score));
    fs.writeFileSync(OWN_SCORE, String(own));
    return true;
  } catch {
    return false;
  }
}

/** The caller's own score, which its processes have by themselves. */
export function ownOomScore(): number {
  return Number(readText(OWN_SCORE)?.trim() ?? 0);
}

/** Whether it may write the files of processes that may not be looked into: these are root's. */
export function mayWriteAnyScore(): boolean {
  return hasOverHost(CAPABILITY.dacOverride);
}
