/** The state of a process in a word or two. Pure. */

import { GREEN, RED, YELLOW } from "../base/colours.ts";
import type { ReportProcess } from "./report.ts";

export function stateText(row: ReportProcess): string {
  if (row.fault !== null) return "failed";
  if (row.exit === null) return row.state === "exited" ? "ended" : row.state;
  // An init that nothing was left for ends with the one above: that is no accident.
  if (row.kind === "init" && row.ended_by === "sandbox") return "ended";
  return "code" in row.exit ? `exited ${row.exit.code}` : `killed ${row.exit.signal}`;
}

/** Null: that of all text. */
export function stateColour(row: ReportProcess): string | null {
  if (hasFailed(row)) return RED;
  if (row.exit !== null || row.state === "exited") return null;
  return row.state === "running" ? GREEN : YELLOW;
}

/** As the verdict says. How a fork is to end nobody has said: it is not judged. */
export function hasFailed({ failed }: ReportProcess): boolean {
  return failed;
}

/** What it runs; before it, why it does not yet, or never did. */
export function commandText({ argv, argv_cut: isCut, comm, reason }: ReportProcess): string {
  const text = argv.join(" ");
  // An empty name, or a title that was wiped, is as ps(1) shows it.
  const command = text.trim() === "" ? `[${comm}]` : `${text}${isCut ? "…" : ""}`;
  return reason === null ? command : `(${reason}) ${command}`;
}
