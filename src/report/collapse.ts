/** Long runs of copies and of forks, shortened to their first and last. Pure. */

import { type Nest, nestingOf, ownName } from "./nesting.ts";
import type { Report, ReportProcess } from "./report.ts";
import { stateText } from "./state-text.ts";

/** Neighbours that are left out. */
export interface Hidden<Item> {
  readonly hidden: readonly Item[];
  /** The processes that they are, or hold. */
  readonly rows: readonly ReportProcess[];
  /** Which, how many, and in which states. */
  readonly text: string;
}

/** Runs longer than `most` show their first and last. */
interface Limits {
  readonly most: number;
  readonly first: number;
  readonly last: number;
}

const PROCESSES: Limits = { most: 12, first: 3, last: 2 };
const SANDBOXES: Limits = { most: 5, first: 2, last: 1 };
/** Rows in a state that so few of a run have are always shown. */
const RARE = 3;

/** Copies of one process, and the forks of one. */
export function collapseProcesses(
  processes: readonly ReportProcess[],
): (ReportProcess | Hidden<ReportProcess>)[] {
  return shortened(processes, PROCESSES, copyOf, stateText, (hidden) => {
    const names = range(hidden, ({ path, sandbox }) => ownName(path, sandbox));
    const text = `${names}: ${hidden.length} rows, ${statesText(hidden)}`;
    return { hidden, rows: hidden, text };
  });
}

/** Copies of one sandbox. */
export function collapseNests(nests: readonly Nest[]): (Nest | Hidden<Nest>)[] {
  const group = ({ name }: Nest) => baseOf(name);
  const states = (nest: Nest) => [...new Set(rowsOf(nest).map(stateText))].toSorted().join();
  return shortened(nests, SANDBOXES, group, states, (hidden) => {
    const rows = hidden.flatMap(rowsOf);
    const counts = `${hidden.length} sandboxes, ${rows.length} rows`;
    return { hidden, rows, text: `${range(hidden, nameOf)}: ${counts}, ${statesText(rows)}` };
  });
}

/** All rows of a report; a text stands for the `collapsed` ones. */
export function collapse(report: Report): { rows: (ReportProcess | string)[]; collapsed: number } {
  const root = nestingOf(report);
  const nested = root === null ? [] : collapsedRows(root);
  const known = root === null ? 0 : rowsOf(root).length;
  // What stands in no sandbox that the report knows is not lost.
  const rows = known === report.processes.length ? nested : collapseProcesses(report.processes);
  const collapsed = rows.reduce((sum, row) => sum + ("hidden" in row ? row.rows.length : 0), 0);
  return { rows: rows.map((row) => ("hidden" in row ? row.text : row)), collapsed };
}

function collapsedRows(nest: Nest): (ReportProcess | Hidden<unknown>)[] {
  const { path } = nest.namespace;
  // Outside of its sandbox a name needs its path.
  const placed = <Item>(item: Hidden<Item>): Hidden<Item> =>
    path === "" ? item : { ...item, text: `${path}/${item.text}` };
  return [
    ...collapseProcesses(nest.processes).map((row) => ("hidden" in row ? placed(row) : row)),
    ...collapseNests(nest.nests).flatMap((each) =>
      "hidden" in each ? [placed(each)] : collapsedRows(each),
    ),
  ];
}

function nameOf({ name }: Nest): string {
  return name;
}

/** The rows of a sandbox and of all in it. */
export function rowsOf(nest: Nest): readonly ReportProcess[] {
  return [...nest.processes, ...nest.nests.flatMap(rowsOf)];
}

function shortened<Item extends object>(
  items: readonly Item[],
  limits: Limits,
  groupOf: (item: Item) => string | null,
  stateOf: (item: Item) => string,
  hiddenOf: (items: readonly Item[]) => Hidden<Item>,
): (Item | Hidden<Item>)[] {
  const shown: (Item | Hidden<Item>)[] = [];
  for (let from = 0; from < items.length; ) {
    const group = groupOf(items[from] as Item);
    let to = from + 1;
    while (group !== null && to < items.length && groupOf(items[to] as Item) === group) to++;
    const run = items.slice(from, to);
    shown.push(...(run.length <= limits.most ? run : ends(run)));
    from = to;
  }
  return shown;

  function ends(run: readonly Item[]): (Item | Hidden<Item>)[] {
    const states = counted(run.map(stateOf));
    const isShown = (item: Item, at: number) =>
      at < limits.first ||
      at >= run.length - limits.last ||
      (states.get(stateOf(item)) ?? 0) <= RARE;
    const parts: (Item | Hidden<Item>)[] = [];
    for (let from = 0; from < run.length; ) {
      let to = from;
      while (to < run.length && !isShown(run[to] as Item, to)) to++;
      const hidden = run.slice(from, to);
      if (hidden.length > 1) parts.push(hiddenOf(hidden));
      else parts.push(...hidden);
      parts.push(...run.slice(to, to + 1));
      from = to + 1;
    }
    return parts;
  }
}

function copyOf(row: ReportProcess): string | null {
  return row.kind === "init" ? null : baseOf(row.path);
}

/** `web.7` is a copy of `web`, and `web+17` a fork; null: it is neither. */
function baseOf(name: string): string | null {
  const base = name.replace(/([.+])\d+(#\d+)?$/, "$1");
  return base === name ? null : base;
}

function range<Item>(items: readonly Item[], nameOf: (item: Item) => string): string {
  return items
    .filter((_, at) => at === 0 || at === items.length - 1)
    .map(nameOf)
    .join(" … ");
}

function statesText(rows: readonly ReportProcess[]): string {
  const counts = [...counted(rows.map(stateText))];
  if (counts.length === 1) return counts[0]?.[0] ?? "";
  return counts.map(([state, count]) => `${count} ${state}`).join(", ");
}

function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
