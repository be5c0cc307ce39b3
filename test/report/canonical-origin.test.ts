/** Two runs of one plan give equal canonical reports, whatever file the plan came from. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { canonicalReport } from "../../src/report/canonical.ts";
import type { Report } from "../../src/report/report.ts";
import { BLANK_REPORT } from "./blank.ts";

const test = suite("canonical origin");

const failure = {
  path: "a",
  what: "exit",
  level: null,
  wanted: 0,
  found: 3,
  code: "SBX5001",
  because_of: null,
  file: "x.yaml",
  line: 4,
  column: 7,
  message: '"a": expected exit code 0, found 3',
} as const;

test("version, spec, parameters, time and places are masked, what failed is not", () => {
  const verdict = { passed: false, exit_code: 1, failures: [failure], not_judged: [] };
  const one: Report = { ...BLANK_REPORT, verdict };
  const other: Report = {
    ...one,
    version: "9.9.9",
    spec: "y.yaml",
    params: { n: 1 },
    time: "2030-01-01T00:00:00.000Z",
    verdict: { ...verdict, failures: [{ ...failure, file: "y.yaml", line: 9, column: 1 }] },
  };
  assert.equal(canonicalReport(one), canonicalReport(other));
  assert.is(canonicalReport(one).verdict.failures[0]?.message, failure.message);
});

test.run();
