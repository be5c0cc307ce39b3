/** The report of an ended run for people, with what its report at the start has seen. Pure. */

import type { Report, ReportProcess } from "./report.ts";

/**
 * A program that a shell had become is shown as that, and what was forked is there still, `ended`: its
 * code only its parent knows. Which of them a snapshot has seen is chance, so this is no record: the
 * JSON of an ended run has what the plan says, and with a trace all is known.
 */
export function withLastCommands(ended: Report, started: Report | null): Report {
  if (started === null || ended.trace !== undefined) return ended;
  const below = Map.groupBy(
    started.processes.filter(({ kind }) => kind === "forked" || kind === "joined"),
    (row) => headOf(row),
  );
  const before = new Map(started.processes.map((row) => [row.path, row] as const));
  const processes = ended.processes.flatMap((row) => {
    const former = before.get(row.path);
    if (former === undefined || former.pids[0] !== row.pids[0]) return [row];
    return [withCommand(row, former), ...(below.get(row.path) ?? []).map(asEnded)];
  });
  return { ...ended, processes };
}

/** Its path up to the number: whom it descends from. */
function headOf({ path, sandbox, kind }: ReportProcess): string {
  const init = sandbox === "" ? "init" : `${sandbox}/init`;
  const at = path.indexOf("+");
  return kind === "joined" || at <= 0 || path[at - 1] === "/" ? init : path.slice(0, at);
}

function withCommand(row: ReportProcess, former: ReportProcess): ReportProcess {
  if (row.kind !== "declared" || row.state !== "exited" || former.state === "exited") return row;
  const { argv_cut: _, ...rest } = row;
  const { argv, comm, argv_cut: isCut } = former;
  return { ...rest, argv, comm, ...(isCut && { argv_cut: true }) };
}

function asEnded(row: ReportProcess): ReportProcess {
  return { ...row, state: "exited" };
}
