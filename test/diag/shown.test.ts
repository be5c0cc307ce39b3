/** The first thousand of very many findings are printed and the rest counted, in every format. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { diagnostic } from "../../src/diag/diagnostic.ts";
import { githubText } from "../../src/diag/github.ts";
import { humanText } from "../../src/diag/human.ts";
import { jsonText } from "../../src/diag/json.ts";
import { sarifText } from "../../src/diag/sarif.ts";
import { SHOWN_COUNT_MAX, shownOf } from "../../src/diag/shown.ts";

const test = suite("shown");

const COUNT = 5_000;
const lines = Array.from({ length: COUNT }, (_, index) => `  p${index}: {rnu: pwd}\n`).join("");
const { diagnostics, sources } = checkSpec({
  file: "spec.yaml",
  text: `sandbox: x\nprocesses:\n${lines}`,
});
const look = { colour: false, columns: null };
const REST = `${COUNT - SHOWN_COUNT_MAX} more findings are not shown`;

test("all are counted, the first thousand shown", () => {
  assert.is(diagnostics.length, COUNT);
  const { diagnostics: shown, omitted } = shownOf(diagnostics);
  assert.is(omitted, COUNT - SHOWN_COUNT_MAX);
  assert.equal(shown, diagnostics.slice(0, SHOWN_COUNT_MAX));
});

test("for people", () => {
  const text = humanText(diagnostics, sources, look);
  assert.is(text.match(/^error/gm)?.length, SHOWN_COUNT_MAX);
  assert.match(text, new RegExp(`\\n${REST}: .*\\n$`));
});

test("the names of all fields are read once by people, and stand in each finding for programs", () => {
  const text = "sandbox: x\nprocesses: {a: {run: pwd, qqq: 1}, b: {run: pwd, rrr: 1}}\n";
  const all = checkSpec({ file: "spec.yaml", text });
  const printed = humanText(all.diagnostics, all.sources, look);
  assert.is(printed.match(/parent_death_signal/g)?.length, 1);
  assert.match(printed, /= help: as above: the fields here are .* …$/m);
  assert.is(jsonText(all.diagnostics, all.sources).match(/parent_death_signal/g)?.length, 2);
  const foreign = checkSpec({
    file: "spec.yaml",
    text: "sandbox: x\nprocesses: {a: {command: pwd, working_dir: /, scale: 2}}\n",
  });
  const printedOnce = humanText(foreign.diagnostics, foreign.sources, look);
  assert.is(printedOnce.match(/docs\/coming-from.md#compose/g)?.length, 1);
});

test("as JSON", () => {
  const made = JSON.parse(jsonText(diagnostics, sources));
  assert.is(made.diagnostics.length, SHOWN_COUNT_MAX);
  assert.is(made.omitted, COUNT - SHOWN_COUNT_MAX);
  assert.equal(Object.keys(JSON.parse(jsonText(diagnostics.slice(0, 5), sources))), [
    "diagnostics",
  ]);
});

test("as SARIF", () => {
  const [run] = JSON.parse(sarifText(diagnostics, sources)).runs;
  assert.is(run.results.length, SHOWN_COUNT_MAX);
  assert.match(run.invocations[0].toolExecutionNotifications[0].message.text, REST);
});

test("for GitHub", () => {
  const text = githubText(diagnostics, sources);
  assert.is(text.match(/^::error/gm)?.length, SHOWN_COUNT_MAX);
  assert.match(text, `::warning title=sandbox::${REST}`);
});

test("warnings make room for errors, and the order stays", () => {
  const at = (start: number) => ({ file: "x", start, end: start + 1 });
  const mixed = Array.from({ length: 3_000 }, (_, index) =>
    diagnostic(index % 3 === 2 ? "SBX2001" : "SBX2601", at(index), `finding ${index}`),
  );
  const { diagnostics: shown, omitted } = shownOf(mixed);
  assert.is(shown.length, SHOWN_COUNT_MAX);
  assert.is(omitted, 2_000);
  assert.ok(shown.every(({ severity }) => severity === "error"));
  const few = mixed.filter(({ severity }, index) => severity === "warning" || index > 2_900);
  const some = shownOf(few).diagnostics;
  assert.is(some.length, SHOWN_COUNT_MAX);
  assert.is(some.filter(({ severity }) => severity === "error").length, 33);
  const starts = some.map(({ span }) => span.start);
  assert.equal(
    starts,
    starts.toSorted((a, b) => a - b),
  );
});

test("a value of a megabyte is not quoted whole", () => {
  const long = "y".repeat(1_000_000);
  const { diagnostics } = checkSpec({
    file: "x",
    text: `sandbox: x\nprocesses: {a: {run: pwd, timeout: ${long}}}\n`,
  });
  assert.ok(diagnostics.every(({ message }) => message.length < 5_000));
});

test.run();
