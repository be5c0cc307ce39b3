/** Prints `native/gen/tables.gen.h`: the tables that TypeScript and C have in common. Pure. */

import { constants } from "node:os";
import { EXIT, SHIM_EXIT } from "../base/exit-codes.ts";
import { NAMESPACES, type NamespaceEntry } from "../base/namespace-kinds.ts";
import { RUN_FILES } from "../base/run-files.ts";
import { WAIT_CONDITIONS, WAIT_EVENTS, type WaitEvent } from "../base/wait-conditions.ts";
import type { FieldEntry, FieldKind } from "../fields/kinds.ts";
import { PROCESS_FIELD_ENTRIES } from "../fields/process-fields.ts";
import { ENUMS } from "./enums.ts";
import { NO_INTEGER, wireName } from "./field-codec.ts";
import { STEPS, type StepScope } from "./steps.ts";

const SCOPES: readonly StepScope[] = ["image", "host", "process"];

/** The whole text of the header, with a final newline. */
export function tablesHeader(): string {
  return [
    "/* Generated from src/base, src/fields and src/wire by `npm run gen`; do not edit. */",
    "#ifndef TABLES_GEN_H",
    "#define TABLES_GEN_H",
    "",
    ...exitCodes(),
    `#define SBX_RUN_FILES ${RUN_FILES.map((name) => `"${name}"`).join(", ")}`,
    "",
    ...namespaceKinds(),
    ...steps(),
    ...waitConditions(),
    ...processFields(),
    "/* X(state, name), in order: src/wire/enums.ts. */",
    xMacro(
      "SBX_SLOT_STATES",
      ENUMS.slot_state.map((name) => `SLOT_STATE_${upper(name)}, "${name}"`),
    ),
    "/* X(errno): one name a number, the usual one. Source: errno(3). */",
    xMacro("SBX_ERRNOS", errnoNames()),
    "#endif",
    "",
  ].join("\n");
}

function exitCodes(): string[] {
  // `bug` is the shim's own: another number.
  const codes = { ...EXIT, ...SHIM_EXIT };
  return [
    "/* Exit codes of `sandbox` and of the shim: src/base/exit-codes.ts. */",
    ...Object.entries(codes).map(([name, code]) => `#define SBX_EXIT_${upper(name)} ${code}`),
    "",
  ];
}

function namespaceKinds(): string[] {
  const entries: readonly NamespaceEntry[] = NAMESPACES;
  const late = entries.flatMap(({ kind, isLate }) =>
    isLate ? [`1u << NAMESPACE_${upper(kind)}`] : [],
  );
  return [
    "/* X(kind, CLONE_ flag, name in /proc/PID/ns): src/base/namespace-kinds.ts. */",
    xMacro(
      "SBX_NAMESPACES",
      entries.map(({ kind, flag, file }) => `NAMESPACE_${upper(kind)}, ${flag}, "${file}"`),
    ),
    "/* Kinds that are not made by a clone. */",
    `#define SBX_LATE_KINDS (${late.join(" | ")})`,
    "",
    "/* X(kind, KIND, member of struct nsproxy, struct that it points to). */",
    xMacro(
      "SBX_NSPROXY",
      entries.flatMap(({ kind, kernel }) =>
        kernel === null
          ? []
          : [`NAMESPACE_${upper(kind)}, ${upper(kind)}, "${kernel.member}", "${kernel.struct}"`],
      ),
    ),
  ];
}

function steps(): string[] {
  return [
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
  ];
}

function waitConditions(): string[] {
  return [
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
  ];
}

function processFields(): string[] {
  return [
    "/* X(name, check): numbers of `struct image_process`: src/fields/process-fields.ts. */",
    xMacro(
      "SBX_PROCESS_NUMBERS",
      PROCESS_FIELD_ENTRIES.map(([, entry]) => `${wireName(entry)}, ${checkOf(entry)}`),
    ),
    "/* X(name, step): fields that the supervisor gives, that need the shim's rights, that come last. */",
    ...(["supervisor", "identity", "exec"] as const).map((effect) =>
      xMacro(
        `SBX_FIELDS_BY_${upper(effect)}`,
        PROCESS_FIELD_ENTRIES.flatMap(([, entry]) =>
          entry.effect === effect ? [`${wireName(entry)}, STEP_${upper(entry.name)}`] : [],
        ),
      ),
    ),
    `#define SBX_NO_INTEGER (${NO_INTEGER + 1} - 1)`,
    "",
  ];
}

/** A condition on `value`, in C. */
const CHECKS: Readonly<Record<FieldKind, (entry: FieldEntry) => string>> = {
  integer: ({ range: [least, most] = [0, 0] }) =>
    `value == SBX_NO_INTEGER || (value >= ${least} && value <= ${most})`,
  octal: () => "value <= 0777",
  flag: () => "value <= 1",
  duration: () => "true",
  signal: () => "value <= SBX_SIGNAL_MAX",
  signals: ({ except = [] }) =>
    except.map((name) => `!(value & 1ull << (SIG${name} - 1))`).join(" && ") || "true",
};

function checkOf(entry: FieldEntry): string {
  return CHECKS[entry.kind](entry);
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

/** The first of two names for one number is the usual one: EAGAIN, not EWOULDBLOCK. */
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
