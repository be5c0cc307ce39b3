/** What the HTML report looks like, and the little that it does. Pure. */

/** Pixels between a box and the one in it: border and padding, on the left. */
export const BOX_INDENT = 11;

export const STYLE = `
:root { color-scheme: light dark; --text: #1c2430; --dim: #5d6773; --line: #c3cad2; --pid: #0b4f9e; --bad: #b3261e; --back: #fff; --odd: #f3f5f8; --hit: #e6eefb; --life: #5b8fd0; }
@media (prefers-color-scheme: dark) { :root { --text: #e3e8ee; --dim: #97a3b0; --line: #434c56; --pid: #7cb7ff; --bad: #ff8a80; --back: #14181d; --odd: #1d232a; --hit: #26303d; --life: #3f72b3; } }
* { box-sizing: border-box; }
body { margin: 1.5rem auto; min-width: var(--least); max-width: max(76rem, var(--least)); padding: 0 1rem; font: 14px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.3rem; margin: 0; }
p { margin: .2rem 0; color: var(--dim); }
.findings { margin: .5rem 0; padding-left: 1.2rem; color: var(--bad); }
nav { margin: .8rem 0; display: flex; gap: .6rem; align-items: center; color: var(--dim); }
input[type=search], nav button { font: inherit; padding: .3rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--back); color: inherit; }
input[type=search] { width: min(22rem, 60%); }
section { border: 1px solid var(--line); border-radius: 8px; background: var(--back); margin: .4rem 0; padding: .3rem 4px .2rem 10px; }
section.odd { background: var(--odd); }
details.copies { border: 1px dashed var(--line); border-radius: 8px; padding: .2rem 4px .2rem 10px; margin: .4rem 0; }
summary { cursor: pointer; } summary small, details.copies > summary { color: var(--dim); font-size: .93em; }
summary b { margin-right: .5rem; }
table { table-layout: fixed; border-collapse: collapse; width: 100%; margin-bottom: .2rem; }
table, pre { font: 12.5px/1.6 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
th { text-align: left; font-weight: normal; color: var(--dim); border-bottom: 1px solid var(--line); padding: 0; }
th button { all: unset; cursor: pointer; } th button:hover, th button:focus-visible { text-decoration: underline; }
td { padding: 0; vertical-align: top; overflow-wrap: anywhere; }
tr.knob td, td.name, td.command { padding-right: 1ch; }
th.n, td.n { text-align: right; } td.n { color: var(--pid); white-space: nowrap; } td.none { color: var(--dim); }
th.state, td.state { padding-left: 2ch; } td.state { color: var(--dim); } td.bad { color: var(--bad); }
th.command, td.command { padding-left: 2ch; } td.life { position: relative; } td.life i, td.life b { position: absolute; }
td.life i { top: .5em; height: .6em; min-width: 1px; background: var(--life); } td.life b { top: .25em; height: 1.1em; width: 1px; background: var(--text); }
tbody tr:not(.knob):hover { background: var(--hit); }
tr.knob label { cursor: pointer; color: var(--dim); } tr.knob input { margin: 0 .5ch 0 0; vertical-align: -2px; }
tbody.more { display: none; } tbody:has(input:checked) + tbody.more, .filtering tbody.more, .sorted tbody.more { display: table-row-group; }
.filtering tr.knob, .sorted tr.knob { display: none; }
pre { overflow-x: auto; }
@page { size: A4 landscape; margin: 10mm; }
@media print {
  :root { color-scheme: light; --text: #000; --dim: #444; --line: #999; --pid: #000; --bad: #000; --back: #fff; --odd: #fff; --life: #777; }
  body { margin: 0; padding: 0; } nav { display: none; } table, pre { font-size: 9px; }
  tr { break-inside: avoid; } summary { break-after: avoid; } tr.knob { display: none; } tbody.more { display: table-row-group; } td.bad { font-weight: bold; }
  details::details-content { content-visibility: visible; } i, b { print-color-adjust: exact; }
}
`;

/** A filter over all rows, an order by a column in its table, and everything open at a click. */
export const SCRIPT = `
const all = (what, from = document) => [...from.querySelectorAll(what)];
const [box, opener] = [document.querySelector("input[type=search]"), document.querySelector("nav button")];
const openAll = () => {
  for (const more of all("details")) more.open = true;
  for (const knob of all("tr.knob input")) knob.checked = true;
};
opener.addEventListener("click", openAll);
addEventListener("beforeprint", () => { for (const more of all("details:not(.trace)")) more.open = true; });
const rows = all("tbody tr:not(.knob)").map((row) => [row, row.textContent.toLowerCase()]);
box.addEventListener("input", () => {
  const wanted = box.value.toLowerCase();
  document.body.classList.toggle("filtering", wanted !== "");
  let count = 0;
  for (const [row, text] of rows) count += !(row.hidden = !text.includes(wanted));
  for (const part of all("table, section")) part.hidden = wanted !== "" && part.querySelector("tbody tr:not(.knob):not([hidden])") === null;
  if (wanted !== "") for (const more of all("details:not(.trace)")) more.open = true;
  document.querySelector("output").textContent = wanted === "" ? "" : count + " of " + rows.length;
});
for (const button of all("th button")) button.addEventListener("click", () => {
  const [head, table] = [button.closest("th"), button.closest("table")];
  const isDown = head.ariaSort === "ascending";
  for (const other of all("th", table)) other.removeAttribute("aria-sort");
  head.ariaSort = isDown ? "descending" : "ascending";
  const textOf = (row) => row.cells[head.cellIndex].dataset.at ?? row.cells[head.cellIndex].textContent;
  const order = new Intl.Collator("en", { numeric: true });
  const sorted = all("tbody tr:not(.knob)", table).sort((a, b) => order.compare(textOf(a), textOf(b)));
  table.tBodies[0].prepend(...(isDown ? sorted.reverse() : sorted));
  table.classList.add("sorted");
});
`;
