/** A report in any of its formats; each is loaded only when it is asked for. */

import { jsonLine } from "../base/json-text.ts";
import type { Report } from "../report/report.ts";
import type { TableLook } from "../report/table.ts";

export const REPORT_FORMATS = [
  "table",
  "tree",
  "json",
  "csv",
  "dot",
  "mermaid",
  "svg",
  "html",
  "timeline",
] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Those of `up`: JSON Lines has both reports of a run. */
export const UP_FORMATS = [...REPORT_FORMATS, "jsonl"] as const;

export type UpFormat = (typeof UP_FORMATS)[number];

/** With a final newline. */
export async function rendered(
  report: Report,
  format: ReportFormat,
  look: TableLook,
): Promise<string> {
  switch (format) {
    case "table":
      return (await import("../report/table.ts")).tableText(report, look);
    case "tree":
      return (await import("../report/tree.ts")).treeText(report, look);
    case "json":
      return jsonLine(report);
    case "csv":
      return (await import("../report/csv.ts")).csvText(report);
    case "dot":
      return (await import("../report/graph.ts")).dotText(report, look);
    case "mermaid":
      return (await import("../report/graph.ts")).mermaidText(report, look);
    case "svg":
      return (await import("../report/svg.ts")).svgText(report, look);
    case "timeline":
      return (await import("../report/timeline.ts")).timelineText(report, look);
    case "html":
      return (await import("../report/html.ts")).htmlText(report);
  }
}
