/** Fields of /proc/PID/stat. I/O: procfs. */

import { readText } from "./machine.ts";

/**
 * A field behind the name, counted from 1 as proc_pid_stat(5) does; null: the process has ended.
 * The name, in parentheses, may hold anything.
 */
export function statField(pid: number | "self", field: number): string | null {
  const text = readText(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[field - 3] ?? null;
}
