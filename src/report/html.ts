/** The report as one HTML file: nested boxes, a row a process, no network, light, dark and print. Pure. */

import { escapeText } from "../base/escape.ts";
import { type Nest, nestingOf, ownName } from "./nesting.ts";
import type { Report, ReportProcess } from "./report.ts";
import { stateText } from "./state-text.ts";

/** Rows of one sandbox that are open at once; more stand in a part that opens by a click. */
const ROWS_OPEN = 60;

const STYLE = `
:root { color-scheme: light dark; --text: #1c2430; --dim: #66707c; --line: #c6ccd3; --pid: #0b4f9e; --bad: #b3261e; --box: #1c243008; --back: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --text: #e3e8ee; --dim: #97a3b0; --line: #434c56; --pid: #7cb7ff; --bad: #ff8a80; --box: #ffffff08; --back: #14181d; } }
* { box-sizing: border-box; }
body { margin: 1.5rem auto; max-width: 76rem; padding: 0 1rem; font: 14px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.3rem; margin: 0; }
p { margin: .2rem 0 1rem; color: var(--dim); }
section { border: 1px solid var(--line); border-radius: 8px; background: var(--box); margin: .6rem 0; padding: .5rem .7rem .2rem; overflow-x: auto; }
h2 { font-size: 1rem; margin: 0 0 .3rem; } h2 small { color: var(--dim); font-weight: normal; margin-left: .5rem; }
table { border-collapse: collapse; width: 100%; font: 12.5px/1.6 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; margin-bottom: .4rem; }
th { text-align: left; font-weight: normal; color: var(--dim); border-bottom: 1px solid var(--line); }
th, td { padding: 0 .8rem 0 0; white-space: nowrap; vertical-align: top; }
td.n, th.n { text-align: right; min-width: 4.2rem; } td:first-child { min-width: 11rem; } td.state { min-width: 7rem; } td.n { color: var(--pid); } td.none { color: var(--dim); }
td.command { white-space: normal; word-break: break-word; width: 100%; } td.bad { color: var(--bad); } td.dim { color: var(--dim); }
details summary { cursor: pointer; color: var(--dim); }
input { font: inherit; padding: .3rem .5rem; width: min(22rem, 100%); border: 1px solid var(--line); border-radius: 6px; background: var(--back); color: inherit; }
@media print { :root { --text: #000; --dim: #444; --pid: #000; --bad: #000; --back: #fff; --box: transparent; } input { display: none; } section { break-inside: auto; } tr { break-inside: avoid; } body { max-width: none; margin: 0; } }
`;

/** Hides the rows that do not hold what is typed; a sandbox without rows stays, for its place. */
const SCRIPT = `
const box = document.querySelector("input");
box.addEventListener("input", () => {
  const wanted = box.value.toLowerCase();
  for (const row of document.querySelectorAll("tbody tr")) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  if (wanted) for (const more of document.querySelectorAll("details")) more.open = true;
});
`;

/** A whole file, with a final newline. */
export function htmlText(report: Report): string {
  const root = nestingOf(report);
  const count = report.processes.length;
  const deepest = report.processes.reduce((most, { level }) => Math.max(most, level), 0);
  const about = [
    `${count} ${count === 1 ? "process" : "processes"}`,
    `${report.namespaces.length} ${report.namespaces.length === 1 ? "sandbox" : "sandboxes"}`,
    `PIDs at ${deepest + 1} levels`,
    `plan ${report.plan.slice(0, 19)}`,
    `kernel ${report.observer.kernel}`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${html(`${report.sandbox}, ${report.phase}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${html(report.sandbox)}, ${report.phase}</h1>
<p>${about.map(html).join(" · ")}</p>
<input type="search" placeholder="filter by path, PID, state or command" aria-label="filter">
${root === null ? "" : section(root)}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function section(nest: Nest): string {
  const { level, inodes } = nest.namespace;
  const inode = inodes.pid === undefined ? "" : `, pid:[${inodes.pid}]`;
  const first = nest.processes.slice(0, ROWS_OPEN);
  const more = nest.processes.slice(ROWS_OPEN);
  return `<section>
<h2>${html(nest.name)}<small>level ${level}${inode}</small></h2>
${first.length === 0 ? "" : table(first)}
${more.length === 0 ? "" : `<details><summary>${more.length} more</summary>${table(more)}</details>`}
${nest.nests.map(section).join("\n")}
</section>`;
}

function table(rows: readonly ReportProcess[]): string {
  const deepest = rows.reduce((most, { level }) => Math.max(most, level), 0);
  const levels = Array.from({ length: deepest + 1 }, (_, level) => level);
  const head = levels.map((level) => `<th class="n">L${level}</th>`).join("");
  return `<table><thead><tr><th>process</th>${head}<th>state</th><th>command</th></tr></thead>
<tbody>
${rows.map((row) => tableRow(row, levels)).join("\n")}
</tbody></table>`;
}

function tableRow(row: ReportProcess, levels: readonly number[]): string {
  const numbers = levels.map((level) =>
    level > row.level
      ? '<td class="n none">·</td>'
      : `<td class="n">${html(String(row.pids[level] ?? "-"))}</td>`,
  );
  const state = stateText(row);
  const isBad = row.fault !== null || /^(killed|exited [1-9])/.test(state);
  const name = html(ownName(row.path, row.sandbox));
  return `<tr><td title="${html(row.path)}">${name}</td>${numbers.join("")}<td class="state ${isBad ? "bad" : "dim"}">${html(state)}</td><td class="command">${html(row.argv.join(" "))}</td></tr>`;
}

function html(text: string): string {
  return escapeText(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
