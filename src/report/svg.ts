/** The report as an SVG picture: nested boxes for sandboxes, a row a process. Pure. */

import { cut } from "../base/cut.ts";
import { escapeText } from "../base/escape.ts";
import { shortPath } from "../base/short-path.ts";
import { collapseNests, collapseProcesses, type Hidden } from "./collapse.ts";
import { deepestOf, factsOf, findingLines, legendOf, originOf, titleOf } from "./heading.ts";
import { durationText, lifetimesOf } from "./lifetimes.ts";
import { type Nest, nestingOf, ownName } from "./nesting.ts";
import type { Report, ReportProcess } from "./report.ts";
import { commandText, hasFailed, stateText } from "./state-text.ts";

/** Pixels. The font is monospaced, so that widths are known without measuring. */
const CHAR = 7.3;
const LINE = 20;
const PAD = 12;
const HEAD = 26;
const GAP = 8;
const BAR = 220;
/** Between a box and the one in it, on the left; less where there are many. */
const INDENT = { wide: 12, narrow: 7, narrowFrom: 9 };
const INDENT_RIGHT = 4;

/** Characters of a name and of a command that are shown. */
const NAME_WIDTH = 28;
const COMMAND_WIDTH = 48;
/** The lines about failures and parameters. */
const FINDING_WIDTH = 120;

const STYLE = `
  text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1c2430; white-space: pre; }
  .title { font: bold 16px system-ui, sans-serif; }
  .name { font-weight: bold; }
  .dim { fill: #5d6773; }
  .pid { fill: #0b4f9e; }
  .failed, .finding { fill: #b3261e; }
  .back { fill: #ffffff; }
  .box { fill: #ffffff; stroke: #8a94a0; }
  .odd { fill: #f3f5f8; }
  .hidden { fill: none; stroke: #8a94a0; stroke-dasharray: 4 3; }
  .life { fill: #5b8fd0; }
  .exec { fill: #1c2430; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e3e8ee; }
    .dim { fill: #97a3b0; }
    .pid { fill: #7cb7ff; }
    .failed, .finding { fill: #ff8a80; }
    .back, .box { fill: #14181d; }
    .box { stroke: #5c6773; }
    .odd { fill: #1d232a; }
    .life { fill: #3f72b3; }
    .exec { fill: #e3e8ee; }
  }
  @media print { .back, .box, .odd { fill: #ffffff; } text { fill: #000000; } .exec { fill: #000000; } }`;

export interface SvgLook {
  /** Long runs of copies are not collapsed. */
  readonly isWhole?: boolean;
}

interface Columns {
  readonly indent: number;
  /** Right edge of each level's column. */
  readonly pidAt: readonly number[];
  readonly stateAt: number;
  readonly barAt: number;
  readonly commandAt: number;
  readonly width: number;
}

/** A whole file, with a final newline. */
export function svgText(report: Report, look: SvgLook = {}): string {
  return new Picture(report, look).text();
}

/** Draws from the top down; `#y` is where the next thing goes. */
class Picture {
  readonly #report: Report;
  readonly #look: SvgLook;
  readonly #root: Nest | null;
  readonly #lives: ReturnType<typeof lifetimesOf>;
  readonly #columns: Columns;
  readonly #parts: string[] = [];
  #y = PAD;

  constructor(report: Report, look: SvgLook) {
    this.#report = report;
    this.#look = look;
    this.#root = nestingOf(report);
    this.#lives = lifetimesOf(report);
    this.#columns = columnsFor(report, this.#root, this.#lives !== null);
  }

  text(): string {
    this.#heading();
    if (this.#root !== null) this.#box(this.#root, 0);
    const { width } = this.#columns;
    const height = this.#y + PAD - GAP;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${xml(`sandbox ${titleOf(this.#report)}`)}</title>
<style>${STYLE}
</style>
<rect class="back" width="${width}" height="${height}"/>
${this.#parts.join("\n")}
</svg>
`;
  }

  #heading(): void {
    this.#text(PAD, this.#y + 16, "title", titleOf(this.#report));
    this.#y += 18;
    for (const [style, line] of headingLines(this.#report, this.#lives !== null)) {
      this.#text(PAD, this.#y + 18, style, line);
      this.#y += 18;
    }
    this.#y += 8;
    this.#columnTitles(this.#y + LINE - 6);
    this.#y += LINE + GAP / 2;
  }

  #columnTitles(base: number): void {
    const { indent, pidAt, stateAt, barAt, commandAt } = this.#columns;
    this.#text(PAD + indent, base, "dim", "process");
    pidAt.forEach((at, level) => {
      this.#text(at, base, "dim", `L${level}`, "end");
    });
    this.#text(stateAt, base, "dim", "state");
    if (this.#lives !== null) {
      this.#text(barAt, base, "dim", `0 to ${durationText(this.#lives.totalNs)}`);
    }
    this.#text(commandAt, base, "dim", "command");
  }

  #box(nest: Nest, depth: number): void {
    const x = PAD + depth * this.#columns.indent;
    const top = this.#y;
    // The box lies behind what is in it, and its height is known only after that.
    const at = this.#parts.push("") - 1;
    const inside = x + this.#columns.indent;
    this.#boxTitle(nest, inside);
    for (const row of this.#look.isWhole ? nest.processes : collapseProcesses(nest.processes)) {
      if ("hidden" in row) this.#hidden(row, inside);
      else this.#row(row, inside);
    }
    this.#y += GAP / 2;
    for (const nested of this.#look.isWhole ? nest.nests : collapseNests(nest.nests)) {
      if ("hidden" in nested) this.#dashed(nested, inside, depth);
      else this.#box(nested, depth + 1);
    }
    this.#parts[at] = this.#rect(depth % 2 === 0 ? "box" : "box odd", x, top, depth);
    this.#y += GAP;
  }

  #boxTitle({ name, namespace }: Nest, x: number): void {
    const base = this.#y + HEAD - 9;
    this.#text(x, base, "name", name);
    this.#text(x + (Bun.stringWidth(name) + 2) * CHAR, base, "dim", `level ${namespace.level}`);
    this.#y += HEAD;
  }

  #rect(style: string, x: number, top: number, depth: number): string {
    const width = this.#columns.width - PAD - depth * INDENT_RIGHT - x;
    return `<rect class="${style}" x="${x}" y="${top}" width="${width}" height="${this.#y - top}" rx="6"/>`;
  }

  #dashed(nests: Hidden<unknown>, x: number, depth: number): void {
    const top = this.#y;
    this.#y += GAP / 2;
    this.#hidden(nests, x + this.#columns.indent);
    this.#y += GAP / 2;
    this.#parts.push(this.#rect("hidden", x, top, depth + 1));
    this.#y += GAP;
  }

  #hidden({ text, rows }: Hidden<unknown>, x: number): void {
    const { width, barAt } = this.#columns;
    const available = ((this.#lives === null ? width - 2 * PAD : barAt) - x) / CHAR - 1;
    this.#text(x, this.#y + LINE - 6, "dim", cut(text, Math.max(available, NAME_WIDTH)));
    this.#bars(rows);
    this.#y += LINE;
  }

  #row(row: ReportProcess, x: number): void {
    const { pidAt, stateAt, commandAt } = this.#columns;
    const base = this.#y + LINE - 6;
    this.#text(x, base, "", shortPath(escapeText(ownName(row.path, row.sandbox)), NAME_WIDTH));
    pidAt.forEach((at, level) => {
      if (level > row.level) this.#text(at, base, "dim", "·", "end");
      else this.#text(at, base, "pid", String(row.pids[level] ?? "-"), "end");
    });
    this.#text(stateAt, base, hasFailed(row) ? "failed" : "dim", stateText(row));
    this.#text(commandAt, base, "", cut(escapeText(commandText(row)), COMMAND_WIDTH));
    this.#bars([row]);
    this.#y += LINE;
  }

  /** The bars of collapsed rows lie over each other, half transparent and without marks of execs. */
  #bars(rows: readonly ReportProcess[]): void {
    const opacity = rows.length === 1 ? "" : ' fill-opacity="0.4"';
    for (const row of rows) {
      const life = this.#lives?.of(row) ?? null;
      if (life === null) continue;
      this.#mark("life", life.from, Math.max(1, (life.to - life.from) * BAR), 6, opacity);
      if (rows.length === 1) for (const at of life.execs) this.#mark("exec", at, 1, 4, "");
    }
  }

  /** `from`: a share of the bar's width; `width` and `inset`, above and below it, in pixels. */
  #mark(style: string, from: number, width: number, inset: number, more: string): void {
    const x = tenth(this.#columns.barAt + from * BAR);
    this.#parts.push(
      `<rect class="${style}" x="${x}" y="${this.#y + inset}" width="${tenth(width)}" height="${LINE - 2 * inset}"${more}/>`,
    );
  }

  #text(x: number, at: number, style: string, content: string, anchor = "start"): void {
    const look = `${style === "" ? "" : ` class="${style}"`}${anchor === "end" ? ' text-anchor="end"' : ""}`;
    this.#parts.push(`<text x="${tenth(x)}" y="${at}"${look}>${xml(content)}</text>`);
  }
}

/** Below the title: a style and a text each. */
function headingLines(report: Report, hasBars: boolean): [style: string, text: string][] {
  const origin = originOf(report).join(" · ");
  return [
    ["dim", factsOf(report).join(" · ")],
    ...(origin === "" ? [] : [["dim", cut(escapeText(origin), FINDING_WIDTH)]]),
    ...findingLines(report).map((line) => ["finding", cut(escapeText(line), FINDING_WIDTH)]),
    ["dim", legendOf(report, hasBars)],
  ] as [string, string][];
}

function columnsFor(report: Report, root: Nest | null, hasBars: boolean): Columns {
  const depth = root === null ? 0 : depthOf(root);
  const indent = depth < INDENT.narrowFrom ? INDENT.wide : INDENT.narrow;
  const widest = (least: number, textOf: (row: ReportProcess) => string) =>
    report.processes.reduce((most, row) => Math.max(most, Bun.stringWidth(textOf(row))), least);
  const name = widest(hasBars ? 24 : 12, (row) => ownName(row.path, row.sandbox));
  let x = PAD + (depth + 1) * indent + Math.min(NAME_WIDTH, name) * CHAR;
  const pidAt = Array.from({ length: deepestOf(report) + 1 }, (_, level) => {
    x += (widest(`L${level}`.length, ({ pids }) => String(pids[level] ?? "-")) + 2) * CHAR;
    return x;
  });
  const stateAt = x + 2 * CHAR;
  const barAt = stateAt + (widest(5, stateText) + 2) * CHAR;
  const commandAt = hasBars ? barAt + BAR + 2 * CHAR : barAt;
  const command = widest(7, (row) => escapeText(commandText(row)));
  const right = PAD * 2 + depth * INDENT_RIGHT;
  const needed = commandAt + Math.min(COMMAND_WIDTH, command) * CHAR + right;
  const heading = headingLines(report, hasBars).map(([, text]) => Bun.stringWidth(text));
  const least = heading.reduce((most, length) => Math.max(most, length), 0) * CHAR + 2 * PAD;
  return { indent, pidAt, stateAt, barAt, commandAt, width: Math.ceil(Math.max(needed, least)) };
}

function depthOf(nest: Nest): number {
  return 1 + nest.nests.reduce((most, nested) => Math.max(most, depthOf(nested)), 0);
}

function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** XML 1.0 forbids most control characters, also as entities. */
function xml(text: string): string {
  return escapeText(text)
    .replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/[\p{Surrogate}\ufffe\uffff]/gu, "?");
}
