/** The report as an SVG picture: nested boxes for sandboxes, a row a process. Pure. */

import { escapeText } from "../base/escape.ts";
import { shortPath } from "../base/short-path.ts";
import { fold } from "./fold.ts";
import { type Nest, nestingOf, ownName } from "./nesting.ts";
import type { Report, ReportProcess } from "./report.ts";
import { stateText } from "./state-text.ts";

/** Pixels. The font is monospaced, so that widths are known without measuring. */
const CHAR = 7.3;
const LINE = 20;
const PAD = 12;
const HEAD = 26;
const GAP = 8;

/** Characters of a name and of a command that are shown. */
const NAME_WIDTH = 28;
const COMMAND_WIDTH = 48;
/** Levels that have a column; of more, those in the middle are left out. */
const LEVELS_SHOWN = 10;

const STYLE = `
  svg { background: #ffffff; }
  text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1c2430; white-space: pre; }
  .title { font-weight: bold; }
  .dim { fill: #66707c; }
  .pid { fill: #0b4f9e; }
  .failed { fill: #b3261e; }
  .box { fill: #1c2430; fill-opacity: 0.03; stroke: #8a94a0; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14181d; }
    text { fill: #e3e8ee; }
    .dim { fill: #97a3b0; }
    .pid { fill: #7cb7ff; }
    .failed { fill: #ff8a80; }
    .box { fill: #ffffff; fill-opacity: 0.03; stroke: #5c6773; }
  }
  @media print { svg { background: #ffffff; } text { fill: #000000; } }`;

interface Columns {
  /** Null stands for the levels left out. */
  readonly levels: readonly (number | null)[];
  /** Left edge of each level's column, from the left of the picture. */
  readonly pidAt: readonly number[];
  readonly stateAt: number;
  readonly commandAt: number;
  readonly width: number;
}

/** A whole file, with a final newline. */
export function svgText(report: Report): string {
  const root = nestingOf(report);
  const columns = columnsFor(report, root);
  const parts: string[] = [];
  let y = PAD;
  heading();
  if (root !== null) box(root, 0);
  const height = y + PAD;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${columns.width}" height="${height}" viewBox="0 0 ${columns.width} ${height}" role="img">
<title>${xml(`sandbox ${report.sandbox}, ${report.phase}`)}</title>
<style>${STYLE}
</style>
${parts.join("\n")}
</svg>
`;

  function heading(): void {
    const base = y + LINE - 6;
    text(PAD, base, "title", `${report.sandbox}, ${report.phase}`);
    columns.levels.forEach((level, index) => {
      text(columns.pidAt[index] ?? 0, base, "dim", level === null ? "…" : `L${level}`, "end");
    });
    text(columns.stateAt, base, "dim", "state");
    text(columns.commandAt, base, "dim", "command");
    y += LINE + GAP;
  }

  function box(nest: Nest, depth: number): void {
    const x = PAD + depth * PAD;
    const top = y;
    const at = parts.push("") - 1;
    text(x + PAD, y + HEAD - 9, "title", nest.name);
    const room = Bun.stringWidth(nest.name) + 2;
    text(x + PAD + room * CHAR, y + HEAD - 9, "dim", `level ${nest.namespace.level}`);
    y += HEAD;
    for (const row of fold(nest.processes).rows) {
      const base = y + LINE - 6;
      if (typeof row === "string") text(x + PAD, base, "dim", row);
      else line(row, x + PAD, base);
      y += LINE;
    }
    y += GAP / 2;
    for (const nested of nest.nests) box(nested, depth + 1);
    const width = columns.width - 2 * x;
    parts[at] =
      `<rect class="box" x="${x}" y="${top}" width="${width}" height="${y - top}" rx="6"/>`;
    y += GAP;
  }

  function line(row: ReportProcess, x: number, base: number): void {
    text(x, base, "", shortPath(ownName(row.path, row.sandbox), NAME_WIDTH));
    columns.levels.forEach((level, index) => {
      const at = columns.pidAt[index] ?? 0;
      if (level === null) text(at, base, "dim", "…", "end");
      else if (level > row.level) text(at, base, "dim", "·", "end");
      else text(at, base, "pid", String(row.pids[level] ?? "-"), "end");
    });
    const state = stateText(row);
    const isBad = row.fault !== null || /^(killed|exited [1-9])/.test(state);
    text(columns.stateAt, base, isBad ? "failed" : "dim", state);
    text(columns.commandAt, base, "", cut(row.argv.join(" "), COMMAND_WIDTH));
  }

  function text(x: number, at: number, style: string, content: string, anchor = "start"): void {
    const look = `${style === "" ? "" : ` class="${style}"`}${anchor === "end" ? ' text-anchor="end"' : ""}`;
    parts.push(`<text x="${Math.round(x * 10) / 10}" y="${at}"${look}>${xml(content)}</text>`);
  }
}

function columnsFor(report: Report, root: Nest | null): Columns {
  const deepest = report.processes.reduce((most, { level }) => Math.max(most, level), 0);
  const all = Array.from({ length: deepest + 1 }, (_, level) => level);
  const half = LEVELS_SHOWN / 2;
  const levels =
    all.length <= LEVELS_SHOWN ? all : [...all.slice(0, half), null, ...all.slice(-half)];
  const depth = root === null ? 0 : depthOf(root);
  const names = report.processes.map((row) => Bun.stringWidth(ownName(row.path, row.sandbox)));
  const name = Math.min(NAME_WIDTH, Math.max(12, ...names.slice(0, 10_000)));
  let x = 2 * PAD + depth * PAD + name * CHAR;
  const pidAt = levels.map((level) => {
    const widths = report.processes.map(({ pids }) => String(pids[level ?? 0] ?? "-").length);
    x +=
      (level === null
        ? 2
        : Math.max(
            3,
            widths.reduce((a, b) => Math.max(a, b), 0),
          ) + 2) * CHAR;
    return x;
  });
  const stateAt = x + 2 * CHAR;
  const commandAt = stateAt + 14 * CHAR;
  const width = Math.ceil(commandAt + COMMAND_WIDTH * CHAR + (depth + 2) * PAD);
  return { levels, pidAt, stateAt, commandAt, width };
}

function depthOf(nest: Nest): number {
  return 1 + nest.nests.reduce((most, nested) => Math.max(most, depthOf(nested)), 0);
}

function cut(text: string, width: number): string {
  return Bun.stringWidth(text) <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** XML 1.0 forbids most control characters, also as entities. */
function xml(text: string): string {
  return escapeText(text)
    .replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/[\ud800-\udfff\ufffe\uffff]/g, (char) => (/\p{Surrogate}/u.test(char) ? char : "?"));
}
