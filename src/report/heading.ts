/** What stands above the pictures of a report. Pure. */

import type { Report } from "./report.ts";
import { hasFailed } from "./state-text.ts";

export function titleOf(report: Report): string {
  return `${report.sandbox}, ${report.phase}`;
}

/** Each a fact in a few words. */
export function factsOf(report: Report): string[] {
  const failed = report.processes.filter(hasFailed).length;
  return [
    count(report.processes.length, "process", "processes"),
    count(report.namespaces.length, "sandbox", "sandboxes"),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(report.trace === undefined ? [] : [count(report.trace.length, "event", "events")]),
    ...(report.tracer?.lost ? [`${report.tracer.lost} not recorded`] : []),
    ...(report.pid_mode === "ordered" ? ["PIDs in start order"] : []),
    `plan ${report.plan.slice(0, 19)}`,
    ...(report.observer.kernel === "" ? [] : [`kernel ${report.observer.kernel}`]),
  ];
}

/** How to read a row; `hasLives`: it has a bar. */
export function legendOf(report: Report, hasLives: boolean): string {
  const life = hasLives ? "; bar: its life, tick: exec" : "";
  return `Ln: PID at level n, from the observer's own (L0) to the innermost (L${deepestOf(report)}); dot: not visible there${life}`;
}

export function deepestOf(report: Report): number {
  return report.processes.reduce((most, { level }) => Math.max(most, level), 0);
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
