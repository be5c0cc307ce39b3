/** The report: every process of a run with its PIDs at every level. Schema id `report/1`. */

// Types alone: a reader of reports need not load the schema.
import type { ReportOf } from "./schema.ts";

export type Report = ReportOf;
export type ReportProcess = Report["processes"][number];
export type ReportNamespace = Report["namespaces"][number];
export type ReportTraceEvent = NonNullable<Report["trace"]>[number];
export type ProcessState = ReportProcess["state"];
export type Verdict = Report["verdict"];
export type Failure = Verdict["failures"][number];
/** Something that was to be seen or recorded, and was not. */
export type Gap = Report["incomplete"][number];
