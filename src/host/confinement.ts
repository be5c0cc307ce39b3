/** What is in force on this very process that a refused system call can come of. I/O: reads procfs. */

import * as fs from "node:fs";

export interface Confinement {
  /** A seccomp filter. Source: proc_pid_status(5). */
  readonly hasFilter: boolean;
  /** Whether something is mounted on a part of /proc, of which the kernel then allows no new one. */
  readonly isProcCovered: boolean;
  /** Whether /proc has processes alone (subset=pid), and no /proc/sys. Source: proc(5). */
  readonly isProcSubset: boolean;
  /** Whether the capability of this number is in its effective set. */
  readonly has: (capability: number) => boolean;
}

/** Folders made to be mounted on, which hide nothing. Source: proc_create_mount_point() of the kernel. */
const EMPTY: ReadonlySet<string> = new Set([
  ...["/proc/sys/fs/binfmt_misc", "/proc/fs/nfsd", "/proc/openprom", "/proc/xen"],
]);

/** Nothing of it changes while this program runs. */
let known: Confinement | null = null;

export function confinement(): Confinement {
  known ??= readConfinement();
  return known;
}

function readConfinement(): Confinement {
  const status = textOf("/proc/self/status");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  const mounts = textOf("/proc/self/mountinfo").split("\n");
  return {
    hasFilter: /^Seccomp:\s*2$/m.test(status),
    isProcCovered: mounts
      .map((line) => line.split(" ")[4] ?? "")
      .some((at) => at.startsWith("/proc/") && !EMPTY.has(at)),
    // The last of several mounts on one another is the visible one.
    isProcSubset: /\bsubset=pid\b/.test(
      mounts.findLast((line) => line.split(" ")[4] === "/proc") ?? "",
    ),
    has: (capability) => ((effective >> BigInt(capability)) & 1n) === 1n,
  };
}

function textOf(path: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
