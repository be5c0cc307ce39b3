/** Prints `native/gen/tables.gen.h`: the tables that TypeScript and C have in common. Pure. */

import { constants } from "node:os";
import { EXIT, SHIM_EXIT } from "../base/exit-codes.ts";
import { NAMESPACES } from "../base/namespace-kinds.ts";
import { WAIT_CONDITIONS, WAIT_EVENTS, type WaitEvent } from "../base/wait-conditions.ts";
import { STEPS, type StepScope } from "./steps.ts";

const SCOPES: readonly StepScope[] = ["image", "host", "process"];

/** The whole text of the header, with a final newline. */
export function tablesHeader(): string {
  return [
    "/* Generated from src/base and src/wire by `npm run gen`; do not edit. */",
    "#ifndef TABLES_GEN_H",
    "#define TABLES_GEN_H",
    "",
    "/* Exit codes of `sandbox` and of the shim: src/base/exit-codes.ts. */",
    ...Object.entries(EXIT).flatMap(([name, code]) =>
      // The shim's own is another number.
      name === "bug" ? [] : [`#define SBX_EXIT_${name.toUpperCase()} ${code}`],
    ),
    ...Object.entries(SHIM_EXIT).map(
      ([name, code]) => `#define SBX_EXIT_${name.toUpperCase()} ${code}`,
    ),
    "",
    "/* X(kind, CLONE_ flag, name in /proc/PID/ns): src/base/namespace-kinds.ts. */",
    xMacro(
      "SBX_NAMESPACES",
      NAMESPACES.map(({ kind, flag, file }) => `NAMESPACE_${upper(kind)}, ${flag}, "${file}"`),
    ),
    "/* X(kind, KIND, member of struct nsproxy, struct that it points to). */",
    xMacro(
      "SBX_NSPROXY",
      NAMESPACES.flatMap(({ kind, kernel }) =>
        kernel === null
          ? []
          : [`NAMESPACE_${upper(kind)}, ${upper(kind)}, "${kernel.member}", "${kernel.struct}"`],
      ),
    ),
    "/* Whom a failed step speaks of. */",
    "enum step_scope {",
    ...SCOPES.map((scope) => `\tSCOPE_${upper(scope)},`),
    "};",
    "",
    "/* X(step, name, scope), in order: src/wire/steps.ts. */",
    xMacro(
      "SBX_STEPS",
      Object.entries(STEPS).map(
        ([name, { scope }]) => `STEP_${upper(name)}, "${name}", SCOPE_${upper(scope)}`,
      ),
    ),
    "/* What becomes known of a process that others wait for: src/base/wait-conditions.ts. */",
    "enum wait_event {",
    ...WAIT_EVENTS.map((event, bit) => `\t${waitEvent(event)} = 1 << ${bit},`),
    "};",
    "",
    "/* X(condition, events of which any meets it). */",
    xMacro(
      "SBX_CONDITIONS",
      Object.entries(WAIT_CONDITIONS).map(
        ([name, { metBy }]) => `CONDITION_${upper(name)}, ${metBy.map(waitEvent).join(" | ")}`,
      ),
    ),
    "/* X(errno): one name a number, the usual one. Source: errno(3). */",
    xMacro("SBX_ERRNOS", errnoNames()),
    "#endif",
    "",
  ].join("\n");
}

function waitEvent(event: WaitEvent): string {
  return `WAIT_EVENT_${upper(event)}`;
}

function upper(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

function xMacro(name: string, rows: readonly string[]): string {
  const body = rows.map((row) => `\tX(${row})`).join(" \\\n");
  return `#define ${name}(X) \\\n${body}\n`;
}

/** Of two names for one number the first is the usual one: EAGAIN, not EWOULDBLOCK. */
function errnoNames(): string[] {
  const numbers = new Set<number>();
  return Object.entries(constants.errno)
    .toSorted(([, a], [, b]) => a - b)
    .flatMap(([name, number]) => {
      if (numbers.has(number)) return [];
      numbers.add(number);
      return [name];
    });
}
