/** What procfs says of the processes of a report. I/O: /proc. */

import * as fs from "node:fs";
import * as assert from "uvu/assert";
import type { Report } from "../src/report/report.ts";

interface Status {
  readonly nspid: readonly number[];
  readonly parent: number;
  /** Effective. */
  readonly uid: number;
}

export function statusOf(pid: number | string): Status | null {
  try {
    const text = fs.readFileSync(`/proc/${pid}/status`, "utf8");
    const numbers = /^NSpid:\t(.*)$/m.exec(text)?.[1] ?? "";
    return {
      nspid: numbers.split("\t").map(Number),
      parent: Number(/^PPid:\t(\d+)$/m.exec(text)?.[1]),
      uid: Number(/^Uid:\t\d+\t(\d+)/m.exec(text)?.[1]),
    };
  } catch {
    return null;
  }
}

/**
 * Every number of every row, of PIDs and of parents' PIDs, is the kernel's. What a workload forked
 * may have ended since.
 */
export function assertKernelSays({ processes }: Report): void {
  for (const { path, kind, pids, ppids } of processes) {
    const status = statusOf(pids[0] ?? 0);
    if (status === null && kind === "forked") continue;
    assert.ok(status, `${path} is there`);
    assert.equal(pids, status.nspid, path);
    const parent = statusOf(status.parent)?.nspid ?? [];
    assert.equal(
      ppids,
      pids.map((_, level) => parent[level] ?? 0),
      `parent of ${path}`,
    );
  }
}

/** No process that lived before a report and still lives is missing from it. */
export function assertHasAll({ processes }: Report, marked: readonly string[]): void {
  const known = new Set(processes.map(({ pids }) => String(pids[0])));
  assert.equal(
    marked.filter((pid) => !known.has(pid) && statusOf(pid) !== null),
    [],
    "processes that the report does not have",
  );
}
