/** The report as a tree: namespaces as branches, processes with their PIDs at every level. Pure. */

import { escapeText } from "../base/escape.ts";
import type { Report } from "./report.ts";
import { stateText } from "./state-text.ts";
import type { TableLook } from "./table.ts";

/** With a final newline. PIDs are in brackets, outermost first. */
export function treeText(report: Report, look: TableLook): string {
  const lines = [`${report.sandbox} (level ${report.namespaces[0]?.level ?? 0})`];
  branch("", "");
  return `${lines.map((line) => cut(line, look.columns)).join("\n")}\n`;

  function branch(path: string, indent: string): void {
    const processes = report.processes.filter((row) => row.sandbox === path);
    const nested = report.namespaces.filter((row) => row.parent === path);
    const count = processes.length + nested.length;
    processes.forEach((row, index) => {
      const arm = index === count - 1 ? "└─" : "├─";
      const name = path === "" ? row.path : row.path.slice(path.length + 1);
      const pids = row.pids.map((pid) => pid ?? "-").join(" ");
      const command = escapeText(row.argv.join(" "));
      lines.push(`${indent}${arm} ${escapeText(name)} [${pids}] ${stateText(row)}  ${command}`);
    });
    nested.forEach((row, index) => {
      const isLast = processes.length + index === count - 1;
      const name = path === "" ? row.path : row.path.slice(path.length + 1);
      lines.push(`${indent}${isLast ? "└─" : "├─"} ${escapeText(name)} (level ${row.level})`);
      branch(row.path, `${indent}${isLast ? "   " : "│  "}`);
    });
  }
}

function cut(line: string, columns: number): string {
  return Bun.stringWidth(line) <= columns ? line : `${line.slice(0, columns - 1)}…`;
}
