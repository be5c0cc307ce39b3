/** The report as a tree: namespaces as branches, processes with their PIDs at every level. Pure. */

import { RED } from "../base/colours.ts";
import { columnLines } from "../base/columns.ts";
import { cut } from "../base/cut.ts";
import { escapeText } from "../base/escape.ts";
import { shortPath } from "../base/short-path.ts";
import { collapseNests, collapseProcesses, type Hidden } from "./collapse.ts";
import { gapLines } from "./gaps.ts";
import { type Nest, nestingOf, ownName } from "./nesting.ts";
import type { Report, ReportProcess } from "./report.ts";
import { commandText, stateColour, stateText } from "./state-text.ts";
import type { TableLook } from "./table.ts";

/** One line and what hangs below it. */
interface Branch {
  /** Name and cells behind it; a text stands across. */
  readonly cells: readonly string[] | string;
  readonly below: readonly Branch[];
}

/** Columns of a name without its branch. */
const NAME_WIDTH = 30;
/** How many PIDs are shown where more would leave no columns for the rest. */
const PIDS_SHOWN = { first: 2, last: 2, most: 6 };
/** Terminal width from which on all of them fit. */
const WIDE = 240;

/** With a final newline. PIDs are in brackets, outermost first. */
export function treeText(report: Report, look: TableLook): string {
  const root = nestingOf(report);
  if (root === null) return "(this report has no sandbox)\n";
  const paint = (code: string | null, text: string) =>
    look.colour && code !== null ? `\u001b[${code}m${text}\u001b[0m` : text;
  const drawn = linesOf(nestBranch(root), "", "");
  const lines = columnLines(drawn, ["left", "left", "left", "left"], look.columns);
  const note = "(… stands for rows or PIDs that are left out; --all has all)";
  const isCut = drawn.some((row) => [row].flat().some((cell) => cell.includes("…")));
  lines.push(...gapLines(report).map((line) => paint(RED, cut(escapeText(line), look.columns))));
  if (isCut && look.columns !== Infinity) lines.push(paint("2", cut(note, look.columns)));
  return `${lines.join("\n")}\n`;

  function nestBranch(nest: Nest): Branch {
    const title = paint("1", escapeText(nest.name));
    return {
      cells: `${title} (level ${nest.namespace.level})`,
      below: [...processBranches(nest.processes), ...nestBranches(nest.nests)],
    };
  }

  function nestBranches(nests: readonly Nest[]): Branch[] {
    if (look.isWhole) return nests.map(nestBranch);
    return collapseNests(nests).map((nest) => ("hidden" in nest ? hidden(nest) : nestBranch(nest)));
  }

  /** What a process has forked hangs below it. */
  function processBranches(processes: readonly ReportProcess[]): Branch[] {
    const forks = new Map<string, ReportProcess[]>();
    const grown: ReportProcess[] = [];
    for (const row of processes) {
      const list = row.kind === "forked" ? forks.get(row.path.replace(/\+[^+]*$/, "")) : undefined;
      if (list === undefined) grown.push(row);
      else list.push(row);
      if (row.kind !== "forked") forks.set(row.path, []);
    }
    return shown(grown).map((row) => {
      if ("hidden" in row) return hidden(row);
      const below = shown(forks.get(row.path) ?? []);
      return rowBranch(
        row,
        below.map((fork) => ("hidden" in fork ? hidden(fork) : rowBranch(fork, []))),
      );
    });
  }

  function shown(
    rows: readonly ReportProcess[],
  ): readonly (ReportProcess | Hidden<ReportProcess>)[] {
    return look.isWhole ? rows : collapseProcesses(rows);
  }

  function hidden({ text }: Hidden<unknown>): Branch {
    return { cells: paint("2", escapeText(text)), below: [] };
  }

  function rowBranch(row: ReportProcess, below: readonly Branch[]): Branch {
    const name = shortPath(escapeText(ownName(row.path, row.sandbox)), NAME_WIDTH);
    const state = stateText(row);
    const cells = [
      look.isWhole ? escapeText(ownName(row.path, row.sandbox)) : name,
      `[${shownPids(row.pids, look.columns).join(" ")}]`,
      paint(stateColour(row), state),
      escapeText(commandText(row)),
    ];
    return { cells, below };
  }
}

function shownPids(pids: ReportProcess["pids"], columns: number): (number | string)[] {
  const all = pids.map((pid) => pid ?? "-");
  if (all.length <= PIDS_SHOWN.most || columns >= WIDE) return all;
  return [...all.slice(0, PIDS_SHOWN.first), "…", ...all.slice(-PIDS_SHOWN.last)];
}

/** `arm` is what stands before a line, `indent` before those below it. */
function linesOf(branch: Branch, arm: string, indent: string): (readonly string[] | string)[] {
  const { cells, below } = branch;
  const own = typeof cells === "string" ? arm + cells : [arm + cells[0], ...cells.slice(1)];
  const nested = below.flatMap((each, at) => {
    const isLast = at === below.length - 1;
    return linesOf(
      each,
      `${indent}${isLast ? "└─ " : "├─ "}`,
      `${indent}${isLast ? "   " : "│  "}`,
    );
  });
  return [own, ...nested];
}
