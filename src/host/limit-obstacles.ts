/** Limits of this program's own under which no run can be set up, and what to do. I/O. */

import { limitsOf } from "./limits.ts";

/** Descriptors that a run needs before any process has its own. */
const DESCRIPTORS_MIN = 150;

/** A plan image and a state table, of a small run. Bytes. */
const FILE_SIZE_MIN = 1024 * 1024;

const FIXES: Readonly<Record<string, string>> = {
  EMFILE: `raise the limit of open descriptors (ulimit -n): a run needs ${DESCRIPTORS_MIN}`,
  EFBIG: "raise the limit of a file's size (ulimit -f)",
  ENOSPC: "make room on that file system, or name another with XDG_RUNTIME_DIR or TMPDIR",
  EDQUOT: "make room in the quota of that file system",
  EAGAIN:
    "raise the limit of processes (ulimit -u, or pids.max of the control group), or end some of them",
  ENOMEM: "free memory, or raise the limit of it (ulimit -v, or memory.max of the control group)",
};

/** What to do about an error with this name; null where that is not known. */
export function fixOf(code: string): string | null {
  return FIXES[code] ?? null;
}

/** One sentence each: the limit, what it is, and what to do. */
export function limitObstacles(): string[] {
  const limits = limitsOf("self");
  const tooLow = (name: string, least: number, isHard: boolean) =>
    limits.flatMap((limit) => {
      const now = isHard ? limit.hard : limit.soft;
      return limit.name === name && now !== null && now < least ? [now] : [];
    });
  return [
    // The shim raises its own to the hard limit.
    ...tooLow("nofile", DESCRIPTORS_MIN, true).map(
      (now) => `at most ${now} open descriptors; ${FIXES["EMFILE"]}`,
    ),
    ...tooLow("fsize", FILE_SIZE_MIN, false).map(
      (now) => `files of at most ${now} bytes; ${FIXES["EFBIG"]}: a run needs ${FILE_SIZE_MIN}`,
    ),
  ];
}
