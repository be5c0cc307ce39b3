/** The report as one HTML file: nested boxes, a row a process, no network, light, dark and print. Pure. */

import { escapeText } from "../base/escape.ts";
import { collapseNests, collapseProcesses, type Hidden } from "./collapse.ts";
import { deepestOf, factsOf, findingLines, legendOf, originOf, titleOf } from "./heading.ts";
import { BOX_INDENT, SCRIPT, STYLE } from "./html-look.ts";
import { durationText, type Lifetimes, lifetimesOf } from "./lifetimes.ts";
import { type Nest, nestingOf, ownName } from "./nesting.ts";
import type { Report, ReportProcess } from "./report.ts";
import { commandText, hasFailed, stateText } from "./state-text.ts";
import { timelineText } from "./timeline.ts";

/** Characters that a name, a bar and a command have at least; longer ones are broken. */
const NAME_WIDTH = 32;
const BAR_WIDTH = 28;
const COMMAND_WIDTH = 32;

/** A whole file, with a final newline. Nothing is left out: runs of copies open by a click. */
export function htmlText(report: Report): string {
  const root = nestingOf(report);
  const page = new Page(report);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${html(titleOf(report))}</title>
<style>${STYLE}${page.columnStyle()}</style>
</head>
<body>
<h1>${html(titleOf(report))}</h1>
<p>${factsOf(report).map(html).join(" · ")}</p>
${findings(report)}<p>${html(legendOf(report, lifetimesOf(report) !== null))}</p>
<nav><input type="search" placeholder="filter by name, PID, state or command" aria-label="filter"><button type="button">open all</button><output></output></nav>
${root === null ? "" : page.section(root, 0)}
${trace(report)}<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** What it was made of, and everything that failed or is missing. */
function findings(report: Report): string {
  const origin = originOf(report);
  const lines = findingLines(report, Infinity).map((line) => `<li>${html(line)}</li>`);
  return [
    ...(origin.length === 0 ? [] : [`<p>${origin.map(html).join(" · ")}</p>\n`]),
    ...(lines.length === 0 ? [] : [`<ul class="findings">${lines.join("\n")}</ul>\n`]),
  ].join("");
}

function trace(report: Report): string {
  if (report.trace === undefined) return "";
  const text = timelineText(report, { columns: Infinity, colour: false });
  return `<details class="trace"><summary>what happened when: ${report.trace.length} events</summary>
<pre>${text.split("\n").map(html).join("\n")}</pre></details>
`;
}

class Page {
  readonly #levels: readonly number[];
  readonly #lives: Lifetimes | null;
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
    this.#lives = lifetimesOf(report);
    this.#levels = Array.from({ length: deepestOf(report) + 1 }, (_, level) => level);
  }

  /** One width for each column of all tables, whatever box they stand in. */
  columnStyle(): string {
    const { processes, namespaces } = this.#report;
    const widest = (least: number, textOf: (row: ReportProcess) => string) =>
      processes.reduce((most, row) => Math.max(most, Bun.stringWidth(textOf(row))), least);
    const name = Math.min(
      NAME_WIDTH,
      widest(12, ({ path, sandbox }) => ownName(path, sandbox)),
    );
    const depth = namespaces.reduce((most, { path }) => Math.max(most, path.split("/").length), 0);
    const pids = this.#levels.map(
      (level) => widest(`L${level}`.length, (row) => String(row.pids[level] ?? "-")) + 2,
    );
    const widths = [...pids, widest(5, stateText) + 4, ...(this.#lives ? [BAR_WIDTH] : [])];
    const rules = widths.map((width, at) => `th:nth-child(${at + 2}) { width: ${width}ch; }`);
    const indents = (depth + 1) * BOX_INDENT;
    const least = widths.reduce((sum, width) => sum + width, name + 2 + COMMAND_WIDTH);
    return `:root { --name: calc(${name + 2}ch + ${indents}px); --least: calc(${least}ch + ${2 * indents}px); }
th.name { width: calc(var(--name) - var(--depth) * ${BOX_INDENT}px); }
${rules.join("\n")}
`;
  }

  section(nest: Nest, depth: number): string {
    const { level, inodes } = nest.namespace;
    const inode = inodes.pid === undefined ? "" : `, pid:[${inodes.pid}]`;
    const nests = collapseNests(nest.nests).map((nested) =>
      "hidden" in nested ? this.#copies(nested, depth) : this.section(nested, depth + 1),
    );
    return `<section${depth % 2 === 0 ? "" : ' class="odd"'} style="--depth: ${depth}"><details open><summary><b>${html(nest.name)}</b><small>level ${level}${inode}</small></summary>
${nest.processes.length === 0 ? "" : this.#table(nest.processes)}
${nests.join("\n")}
</details></section>`;
  }

  #copies({ hidden, text }: Hidden<Nest>, depth: number): string {
    const sections = hidden.map((nest) => this.section(nest, depth + 1));
    return `<details class="copies"><summary>${html(text)}</summary>
${sections.join("\n")}
</details>`;
  }

  #table(processes: readonly ReportProcess[]): string {
    const titles: [style: string, text: string][] = [
      ["name", "process"],
      ...this.#levels.map((level): [string, string] => ["n", `L${level}`]),
      ["state", "state"],
      ...(this.#lives === null
        ? []
        : [["life", `0 to ${durationText(this.#lives.totalNs)}`] as [string, string]]),
      ["command", "command"],
    ];
    const head = titles.map(
      ([style, text]) => `<th class="${style}"><button type="button">${text}</button></th>`,
    );
    return `<table><thead><tr>${head.join("")}</tr></thead>
<tbody>
${collapseProcesses(processes)
  .map((row) => ("hidden" in row ? this.#knob(row, titles.length) : this.#row(row)))
  .join("\n")}
</tbody></table>`;
  }

  /** A part of a table that is closed at first. */
  #knob({ hidden, text }: Hidden<ReportProcess>, columns: number): string {
    return `</tbody><tbody><tr class="knob"><td colspan="${columns}"><label><input type="checkbox">${html(text)}</label></td></tr></tbody><tbody class="more">
${hidden.map((row) => this.#row(row)).join("\n")}
</tbody><tbody>`;
  }

  #row(row: ReportProcess): string {
    const numbers = this.#levels.map((level) =>
      level > row.level
        ? '<td class="n none">·</td>'
        : `<td class="n">${row.pids[level] ?? "-"}</td>`,
    );
    const name = html(ownName(row.path, row.sandbox));
    const life = this.#lives === null ? "" : this.#life(row, this.#lives);
    return `<tr><td class="name" title="${html(row.path)}">${name}</td>${numbers.join("")}<td class="state${hasFailed(row) ? " bad" : ""}">${html(stateText(row))}</td>${life}<td class="command">${html(commandText(row))}</td></tr>`;
  }

  #life(row: ReportProcess, lives: Lifetimes): string {
    const life = lives.of(row);
    if (life === null) return '<td class="life" data-at="-"></td>';
    const percent = (part: number) => `${Math.round(part * 1e4) / 100}%`;
    const ticks = life.execs.map((at) => `<b style="left:${percent(at)}"></b>`).join("");
    const ms = (part: number) => durationText(part * lives.totalNs);
    return `<td class="life" data-at="${Math.round(life.from * lives.totalNs)}" title="${ms(life.from)} to ${ms(life.to)}"><i style="left:${percent(life.from)};width:${percent(life.to - life.from)}"></i>${ticks}</td>`;
  }
}

function html(text: string): string {
  return escapeText(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
