/** What stands above pictures and closes a run: the verdict in words. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { closingText, findingLines, originOf, titleOf } from "../../src/report/heading.ts";
import type { Failure, Report, ReportProcess } from "../../src/report/report.ts";
import { BLANK_REPORT, BLANK_ROW } from "./blank.ts";

const test = suite("heading");

const row = (path: string, failed: boolean): ReportProcess => ({
  ...BLANK_ROW,
  path,
  failed,
  state: "exited",
  exit: { code: failed ? 3 : 0 },
  ended_by: "itself",
  ended_ns: 1_300_000_000,
});

const failure: Failure = {
  path: "b",
  what: "exit",
  level: null,
  wanted: 0,
  found: 3,
  code: "SBX5001",
  because_of: null,
  file: "x.yaml",
  line: 4,
  column: 7,
  message: '"b": expected exit code 0, found 3',
};

const ended: Report = { ...BLANK_REPORT, phase: "ended", outcome: "done" };
const passed: Report = { ...ended, processes: [row("a", false), row("b", false)] };
const failed: Report = {
  ...ended,
  processes: [row("a", false), row("b", true), row("c", true)],
  verdict: {
    passed: false,
    exit_code: 1,
    failures: [failure, { ...failure, path: "c", because_of: "b", message: "c waited" }],
    not_judged: [],
  },
};

test("a run that passed closes with how many and how long", () => {
  assert.is(closingText(passed), "x: passed, 2 processes, 1.30 s");
  assert.is(titleOf(passed), "x, ended: passed");
});

test("a run that failed closes with how many of how many, and which", () => {
  assert.is(closingText(failed), "x: 2 of 3 processes failed (b, c), 1.30 s");
  assert.is(titleOf(failed), "x, ended: failed");
  assert.equal(findingLines(failed), ['x.yaml:4:7: "b": expected exit code 0, found 3']);
});

test("a sandbox that failed is no process", () => {
  const init = { ...row("b/init", true), kind: "init", sandbox: "b" } as const;
  const report = { ...failed, processes: [...failed.processes, init] };
  assert.is(closingText(report), "x: 2 of 3 processes failed (b, c), 1 sandbox failed (b), 1.30 s");
});

test("an interruption and a trace that is cut have their own words", () => {
  const verdict = { passed: false, exit_code: 130, failures: [], not_judged: [] };
  assert.is(closingText({ ...passed, verdict }), "x: interrupted, 2 processes, 1.30 s");
  const cut: Report = {
    ...passed,
    verdict: { ...verdict, exit_code: 1 },
    complete: false,
    incomplete: [{ what: "trace", why: "3 events could not be recorded", help: "" }],
  };
  assert.is(closingText(cut), "x: failed, as its trace is not whole, 2 processes, 1.30 s");
  assert.equal(findingLines(cut), ["this trace is not whole: 3 events could not be recorded"]);
});

test("of what a report was made is said, and nothing of a masked one", () => {
  const report: Report = { ...passed, params: { n: 3, who: "me" } };
  assert.equal(originOf(report), [
    "spec x.yaml",
    "n=3 who=me",
    "sandbox 0.0.0",
    "2026-01-01 12:00:00 UTC",
  ]);
  assert.equal(originOf({ ...report, params: {}, version: "", spec: "", time: "" }), []);
});

test.run();
