/** Resource limits of a process. I/O: reads procfs. */

import { LIMIT_NAMES } from "../ir/limit-names.ts";
import type { ResourceLimit } from "../ir/process.ts";
import { readText } from "./machine.ts";

/** Rows of /proc/PID/limits by their titles. Source: proc_pid_limits(5), fs/proc/base.c. */
const LIMIT_TITLES: Readonly<Record<string, string>> = {
  cpu: "Max cpu time",
  fsize: "Max file size",
  data: "Max data size",
  stack: "Max stack size",
  core: "Max core file size",
  rss: "Max resident set",
  nproc: "Max processes",
  nofile: "Max open files",
  memlock: "Max locked memory",
  as: "Max address space",
  locks: "Max file locks",
  sigpending: "Max pending signals",
  msgqueue: "Max msgqueue size",
  nice: "Max nice priority",
  rtprio: "Max realtime priority",
  rttime: "Max realtime timeout",
};

/** The limits of a process; none where they may not be read. */
export function limitsOf(pid: number | "self"): ResourceLimit[] {
  const text = readText(`/proc/${pid}/limits`) ?? "";
  return LIMIT_NAMES.flatMap((name, resource) => {
    const row = text.split("\n").find((line) => line.startsWith(LIMIT_TITLES[name] ?? "?"));
    const [soft, hard] = row?.slice(26).trim().split(/\s+/) ?? [];
    if (soft === undefined || hard === undefined) return [];
    const number = (value: string) => (value === "unlimited" ? null : Number(value));
    return [{ name, resource, soft: number(soft), hard: number(hard) }];
  });
}
