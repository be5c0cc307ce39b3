/** The timeline: a line an event, and what is missing. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withGap } from "../../src/report/gaps.ts";
import type { Report } from "../../src/report/report.ts";
import { tableText } from "../../src/report/table.ts";
import { timelineText } from "../../src/report/timeline.ts";
import { BLANK_REPORT } from "./blank.ts";

const test = suite("timeline");

const look = { columns: 80, colour: false };
const traced: Report = {
  ...BLANK_REPORT,
  phase: "ended",
  outcome: "done",
  tracer: { by: "bpf", lost: 0 },
  trace: [
    {
      at_ns: 1_500_000,
      event: "fork",
      path: "web+9",
      pids: [41, 9],
      parent: "web",
      argv: null,
      exit: null,
    },
    {
      at_ns: 12_000_000,
      event: "exit",
      path: "web+9",
      pids: [41, 9],
      parent: null,
      argv: null,
      exit: { signal: "KILL" },
    },
  ],
};

test("an event a line, by time, with its PIDs outermost first", () => {
  assert.is(
    timelineText(traced, look),
    `    ms  EVENT PROCESS  PIDS
 1.500  fork  web+9    [41 9]  by web
12.000  exit  web+9    [41 9]  killed by KILL
`,
  );
});

test("what the tracer could not record is said, in the table too", () => {
  const gap = { what: "trace", why: "3 events could not be recorded", help: "" } as const;
  const missing = withGap(traced, gap);
  const line = "(this trace is not whole: 3 events could not be recorded)";
  for (const text of [timelineText, tableText]) {
    assert.is(text(missing, look).trimEnd().split("\n").at(-1), line);
    assert.not.match(text(traced, look), /recorded/);
  }
});

test.run();
