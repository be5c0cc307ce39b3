/** Long runs of copies and of forks, shortened to their first and last. Pure. */

import { escapeText } from "../base/escape.ts";
import type { ReportProcess } from "./report.ts";
import { stateText } from "./state-text.ts";

/** Rows of one replicated process, or of one process's forks, that are shown; more are folded. */
const FOLD_ROWS = 12;
/** A text stands for the rows that are left out; `folded` counts these. */
export function fold(processes: readonly ReportProcess[]): {
  rows: (ReportProcess | string)[];
  folded: number;
} {
  const rows: (ReportProcess | string)[] = [];
  let folded = 0;
  for (let from = 0; from < processes.length; ) {
    const group = groupOf(processes[from]);
    let to = from + 1;
    while (group !== null && to < processes.length && groupOf(processes[to]) === group) to++;
    const run = processes.slice(from, to);
    if (run.length <= FOLD_ROWS) rows.push(...run);
    else {
      const hidden = run.slice(3, -2);
      const states = [...new Set(hidden.map(stateText))].join(", ");
      rows.push(
        ...run.slice(0, 3),
        `${escapeText(hidden[0]?.path ?? "")} … ${hidden.length} rows: ${states}`,
        ...run.slice(-2),
      );
      folded += hidden.length;
    }
    from = to;
  }
  return { rows, folded };
}

function groupOf(row: ReportProcess | undefined): string | null {
  if (row === undefined || row.kind === "init") return null;
  const base = row.path.replace(/[.+]\d+$/, "");
  return base === row.path ? null : base;
}
