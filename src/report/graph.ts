/** The report as a graph: Graphviz DOT, and a Mermaid flowchart. Pure. */

import { cut } from "../base/cut.ts";
import { escapeText } from "../base/escape.ts";
import { collapseNests, collapseProcesses, type Hidden } from "./collapse.ts";
import { deepestOf, factsOf, findingLines, originOf, titleOf } from "./heading.ts";
import { type Nest, nestingOf, ownName } from "./nesting.ts";
import type { Report, ReportProcess } from "./report.ts";
import { commandText, hasFailed, stateText } from "./state-text.ts";

export interface GraphLook {
  /** Long runs of copies are not collapsed. */
  readonly isWhole?: boolean;
}

/** Characters of a command that are shown. */
const COMMAND_WIDTH = 40;
/** PIDs in one line of a box. */
const PIDS_A_LINE = 6;
/** Nested deeper than this, a graph grows downwards: rightwards it would be all width. */
const DEPTH_RIGHTWARDS = 8;

/** Characters of what failed that are shown. */
const FINDING_WIDTH = 120;

const LEGEND = "box: sandbox, arrow: parent to child, Ln: PID at level n";

/** Boxes are sandboxes, an arrow goes from a parent to its child. */
export function dotText(report: Report, look: GraphLook = {}): string {
  const graph = new Graph(report, look);
  const title = [
    titleOf(report),
    factsOf(report).join(" · "),
    originOf(report).join(" · "),
    ...findingLines(report).map((line) => cut(line, FINDING_WIDTH)),
    LEGEND,
  ].filter((line) => line !== "");
  const lines = [
    "digraph sandbox {",
    `  graph [rankdir=${graph.direction}, bgcolor="white", fontname="sans-serif", labelloc=t, labeljust=l, nodesep=0.15];`,
    `  label=${dotLabel(title)};`,
    '  node [shape=box, style="rounded,filled", fillcolor="white", color="#8a94a0", fontname="monospace", fontsize=11];',
    '  edge [color="#8a94a0", arrowsize=0.6];',
  ];
  if (graph.root !== null) cluster(graph.root, "  ", 0);
  for (const [from, to] of graph.edges()) lines.push(`  ${from} -> ${to};`);
  return `${[...lines, "}"].join("\n")}\n`;

  function cluster(nest: Nest, indent: string, depth: number): void {
    const { path, level } = nest.namespace;
    lines.push(`${indent}subgraph ${dotString(`cluster_${path}`)} {`);
    lines.push(`${indent}  label=${dotString(`${nest.name}  (level ${level})`)};`);
    const fill = depth % 2 === 0 ? "#f3f5f8" : "white";
    lines.push(
      `${indent}  style="rounded,filled"; fillcolor="${fill}"; color="#8a94a0"; fontsize=12;`,
    );
    for (const row of graph.rowsOf(nest)) node(row, `${indent}  `);
    for (const nested of graph.nestsOf(nest)) {
      if ("hidden" in nested) node(nested, `${indent}  `);
      else cluster(nested, `${indent}  `, depth + 1);
    }
    lines.push(`${indent}}`);
  }

  function node(item: Item, indent: string): void {
    const isFailed = !("hidden" in item) && hasFailed(item);
    const style = "hidden" in item ? ', style="rounded,dashed"' : "";
    const colour = isFailed ? ', color="#b3261e", fontcolor="#b3261e"' : "";
    lines.push(`${indent}${graph.add(item)} [label=${dotLabel(labelOf(item))}${style}${colour}];`);
  }
}

export function mermaidText(report: Report, look: GraphLook = {}): string {
  const graph = new Graph(report, look);
  const lines = [
    "---",
    `title: ${JSON.stringify(titleOf(report).replace(/[^\w, .:+-]/g, "?"))}`,
    "---",
    `%% ${LEGEND}`,
    `flowchart ${graph.direction}`,
    "  classDef failed stroke:#b3261e,color:#b3261e",
    "  classDef hidden stroke-dasharray:4 3",
  ];
  if (graph.root !== null) subgraph(graph.root, "  ", "s");
  for (const [from, to] of graph.edges()) lines.push(`  ${from} --> ${to}`);
  return `${lines.join("\n")}\n`;

  function subgraph(nest: Nest, indent: string, id: string): void {
    const title = mermaidString(`${nest.name} (level ${nest.namespace.level})`);
    lines.push(`${indent}subgraph ${id} ["${title}"]`);
    // A box has a direction of its own, which is downwards unless it is said.
    lines.push(`${indent}  direction ${graph.direction}`);
    for (const row of graph.rowsOf(nest)) node(row, `${indent}  `);
    graph.nestsOf(nest).forEach((nested, index) => {
      if ("hidden" in nested) node(nested, `${indent}  `);
      else subgraph(nested, `${indent}  `, `${id}_${index}`);
    });
    lines.push(`${indent}end`);
  }

  function node(item: Item, indent: string): void {
    const style = "hidden" in item ? ":::hidden" : hasFailed(item) ? ":::failed" : "";
    const label = labelOf(item).map(mermaidString).join("<br/>");
    lines.push(`${indent}${graph.add(item)}["${label}"]${style}`);
  }
}

type Item = ReportProcess | Hidden<unknown>;

/** What is drawn of a report, and the names of its nodes in that order. */
class Graph {
  readonly root: Nest | null;
  readonly direction: "LR" | "TB";
  readonly #isWhole: boolean;
  readonly #report: Report;
  readonly #ids = new Map<ReportProcess, string>();
  #count = 0;

  constructor(report: Report, look: GraphLook) {
    this.#report = report;
    this.#isWhole = look.isWhole === true;
    this.root = nestingOf(report);
    this.direction = deepestOf(report) > DEPTH_RIGHTWARDS ? "TB" : "LR";
  }

  rowsOf(nest: Nest): readonly (ReportProcess | Hidden<ReportProcess>)[] {
    return this.#isWhole ? nest.processes : collapseProcesses(nest.processes);
  }

  nestsOf(nest: Nest): readonly (Nest | Hidden<Nest>)[] {
    return this.#isWhole ? nest.nests : collapseNests(nest.nests);
  }

  /** One node may stand for many processes. */
  add(item: Item): string {
    const id = `p${this.#count++}`;
    for (const row of "hidden" in item ? item.rows : [item]) this.#ids.set(row, id);
    return id;
  }

  /** By PIDs at level 0, which are one process's alone. */
  edges(): (readonly [from: string, to: string])[] {
    const byPid = new Map(this.#report.processes.map((row) => [row.pids[0] ?? -1, row] as const));
    const edges = this.#report.processes.flatMap((row) => {
      const parent = byPid.get(row.ppids[0] ?? -2);
      const [from, to] = [parent && this.#ids.get(parent), this.#ids.get(row)];
      return from === undefined || to === undefined || from === to ? [] : [`${from} ${to}`];
    });
    return [...new Set(edges)].map((edge) => edge.split(" ") as [string, string]);
  }
}

function labelOf(item: Item): string[] {
  if ("hidden" in item) return item.text.split(": ");
  const pids = item.pids.map((pid, level) => `L${level} ${pid ?? "-"}`);
  const lines = Array.from({ length: Math.ceil(pids.length / PIDS_A_LINE) }, (_, at) =>
    pids.slice(at * PIDS_A_LINE, (at + 1) * PIDS_A_LINE).join("  "),
  );
  const command = cut(escapeText(commandText(item)), COMMAND_WIDTH);
  return [ownName(item.path, item.sandbox), ...lines, `${stateText(item)}: ${command}`];
}

function dotString(text: string): string {
  return `"${dotEscaped(text)}"`;
}

/** Lines, each from the left. */
function dotLabel(lines: readonly string[]): string {
  return `"${lines.map((line) => `${dotEscaped(line)}\\l`).join("")}"`;
}

function dotEscaped(text: string): string {
  return escapeText(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

/** Entities are the only escape that Mermaid knows. */
function mermaidString(text: string): string {
  return escapeText(text).replace(/["#<>&;`\\{}[\]|]/g, (char) => `#${char.charCodeAt(0)};`);
}
