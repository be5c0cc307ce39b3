/** What workloads and specs choose comes out of data formats with nothing that a terminal acts on. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { escapeText } from "../../src/base/escape.ts";
import { checkSpec } from "../../src/check/check.ts";
import { rendered } from "../../src/cli/render.ts";
import { canonicalPlan, planHash } from "../../src/plan/canonical.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { csvText } from "../../src/report/csv.ts";
import type { Report, ReportProcess } from "../../src/report/report.ts";

const test = suite("escapes");

/** A title for the terminal, BEL, delete, CSI of C1, turned text, ends of lines of Unicode. */
const EVIL = "\u001b]0;t\u0007\u007f\u0085\u009b31m\u061c\u200e\u202e\u2066\u2028\u2029\n\t\r";
const UNSAFE =
  /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const row = {
  path: `a${EVIL}`,
  kind: "process",
  sandbox: EVIL,
  level: 1,
  pids: [1, 2],
  ppids: [0, 1],
  state: "running",
  exit: null,
  ended_by: null,
  comm: EVIL,
  argv: ["echo", EVIL],
  started_ns: null,
  ended_ns: null,
} as unknown as ReportProcess;
const report = { processes: [row] } as unknown as Report;

test("csv has none of them, and its argv is JSON that means the same", () => {
  const text = csvText(report);
  assert.not.match(text, UNSAFE);
  assert.is(text.split("\r\n").length, 3);
  const argv = /"(\[.*\])"/.exec(text)?.[1]?.replaceAll('""', '"') ?? "";
  assert.equal(JSON.parse(argv), row.argv);
});

test("a cell that begins like a formula is text, also behind a tab", () => {
  for (const comm of ["=1+1", "+1", "@a", "-a", "\t=1"]) {
    const text = csvText({ ...report, processes: [{ ...row, comm }] });
    assert.not.match(text, /,[=+@\t-][^0-9,]/, comm);
  }
});

test("json has none of them, and means the same", async () => {
  const text = await rendered(report, "json", { columns: 80, colour: false, isWhole: true });
  assert.not.match(text.trimEnd(), UNSAFE);
  assert.equal(JSON.parse(text), report);
});

test("the canonical plan has none of them, and its hash is over what is printed", () => {
  const { ir } = checkSpec({
    file: "x",
    text: `sandbox: x\nprocesses: {a: {run: [echo, ${JSON.stringify(EVIL).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}]}}\n`,
  });
  assert.ok(ir !== null);
  const plan = planOf(ir);
  const text = canonicalPlan(plan);
  assert.not.match(text, UNSAFE);
  assert.equal(JSON.parse(text).slots[1].process.argv, ["echo", EVIL]);
  const digest = new Bun.CryptoHasher("sha256").update(text).digest("hex");
  assert.is(planHash(plan), `sha256:${digest}`);
});

test("the Arabic letter mark is escaped in text for people", () => {
  assert.is(escapeText("a\u061cb"), "a\\u061cb");
});

test.run();
