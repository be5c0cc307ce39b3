/** What reports and rows of tests have in common. */

import type { Report, ReportProcess } from "../../src/report/report.ts";

export const BLANK_REPORT = {
  report: 1,
  phase: "started",
  sandbox: "x",
  version: "0.0.0",
  spec: "x.yaml",
  params: {},
  time: "2026-01-01T12:00:00.000Z",
  plan: "sha256:0",
  pid_mode: "requested",
  outcome: "none",
  verdict: { passed: true, exit_code: 0, failures: [], not_judged: [] },
  complete: true,
  incomplete: [],
  observer: { pidns: 0, kernel: "" },
  namespaces: [],
  processes: [],
} as const satisfies Report;

export const BLANK_ROW = {
  path: "",
  kind: "declared",
  sandbox: "",
  level: 0,
  pids: [],
  ppids: [],
  state: "running",
  reason: null,
  exit: null,
  ended_by: null,
  failed: false,
  pinned: [],
  fault: null,
  comm: "",
  argv: [],
  started_ns: 0,
  ended_ns: null,
} as const satisfies ReportProcess;
