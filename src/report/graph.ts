/** The report as a graph: Graphviz DOT, and a Mermaid flowchart. Pure. */

import { escapeText } from "../base/escape.ts";
import { fold } from "./fold.ts";
import { type Nest, nestingOf, ownName } from "./nesting.ts";
import type { Report, ReportProcess } from "./report.ts";
import { stateText } from "./state-text.ts";

/** Characters of a command that are shown. */
const COMMAND_WIDTH = 40;

/** Boxes are sandboxes, an arrow goes from a parent to its child. */
export function dotText(report: Report): string {
  const ids = new Ids();
  const lines = [
    "digraph sandbox {",
    '  graph [rankdir=LR, fontname="sans-serif", bgcolor="transparent"];',
    '  node [shape=box, style=rounded, fontname="monospace", fontsize=11];',
    '  edge [color="#808080"];',
  ];
  const root = nestingOf(report);
  if (root !== null) cluster(root, "  ");
  for (const [from, to] of edgesOf(report, ids)) lines.push(`  ${from} -> ${to};`);
  return `${[...lines, "}"].join("\n")}\n`;

  function cluster(nest: Nest, indent: string): void {
    const { path, level } = nest.namespace;
    lines.push(`${indent}subgraph ${dotString(`cluster_${path}`)} {`);
    lines.push(`${indent}  label=${dotString(`${nest.name}  (level ${level})`)};`);
    lines.push(`${indent}  style=rounded; color="#808080"; fontcolor="#606060";`);
    for (const row of fold(nest.processes).rows) {
      const id = ids.add(row);
      const look = typeof row === "string" ? ", style=dashed" : "";
      const label = labelOf(row).map((line) => escapeText(line));
      lines.push(`${indent}  ${id} [label=${dotString(label.join("\n"))}${look}];`);
    }
    for (const nested of nest.nests) cluster(nested, `${indent}  `);
    lines.push(`${indent}}`);
  }
}

export function mermaidText(report: Report): string {
  const ids = new Ids();
  const lines = ["flowchart LR"];
  const root = nestingOf(report);
  if (root !== null) subgraph(root, "  ", "s");
  for (const [from, to] of edgesOf(report, ids)) lines.push(`  ${from} --> ${to}`);
  return `${lines.join("\n")}\n`;

  function subgraph(nest: Nest, indent: string, id: string): void {
    const title = mermaidString(`${nest.name} (level ${nest.namespace.level})`);
    lines.push(`${indent}subgraph ${id} ["${title}"]`);
    for (const row of fold(nest.processes).rows) {
      lines.push(`${indent}  ${ids.add(row)}["${labelOf(row).map(mermaidString).join("<br/>")}"]`);
    }
    nest.nests.forEach((nested, index) => {
      subgraph(nested, `${indent}  `, `${id}_${index}`);
    });
    lines.push(`${indent}end`);
  }
}

/** Names of nodes, in the order they are drawn. */
class Ids {
  readonly #ids = new Map<ReportProcess, string>();
  #count = 0;

  /** A text stands for rows that are left out. */
  add(row: ReportProcess | string): string {
    const id = `p${this.#count++}`;
    if (typeof row !== "string") this.#ids.set(row, id);
    return id;
  }

  of(row: ReportProcess | undefined): string | undefined {
    return row && this.#ids.get(row);
  }
}

/** By PIDs at level 0, which are one process's alone. */
function edgesOf(report: Report, ids: Ids): [from: string, to: string][] {
  const byPid = new Map(report.processes.map((row) => [row.pids[0] ?? -1, row] as const));
  return report.processes.flatMap((row): [string, string][] => {
    const [from, to] = [ids.of(byPid.get(row.ppids[0] ?? -2)), ids.of(row)];
    return from === undefined || to === undefined ? [] : [[from, to]];
  });
}

function labelOf(row: ReportProcess | string): string[] {
  if (typeof row === "string") return [row];
  const command = row.argv.join(" ");
  const cut = command.length > COMMAND_WIDTH ? `${command.slice(0, COMMAND_WIDTH - 1)}…` : command;
  const pids = row.pids.map((pid, level) => `L${level} ${pid ?? "-"}`).join("  ");
  return [ownName(row.path, row.sandbox), pids, `${stateText(row)}: ${cut}`];
}

function dotString(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** Entities are the only escape that Mermaid knows. */
function mermaidString(text: string): string {
  return escapeText(text).replace(/["#<>&;`\\{}[\]|]/g, (char) => `#${char.charCodeAt(0)};`);
}
