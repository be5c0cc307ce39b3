/** A report, as a schema: its JSON Schema, its types and its check all follow from here. Pure. */

import Type, { type Static } from "typebox";
import Value from "typebox/value";
import type { NamespaceFile } from "../base/namespace-kinds.ts";
import { ENUMS } from "../wire/enums.ts";

const numbers = (description: string) =>
  Type.Array(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]), { description });
const nullable = (schema: ReturnType<typeof Type.Integer>) => Type.Union([schema, Type.Null()]);
const choice = <const Values extends readonly string[]>(values: Values, description?: string) =>
  Type.Unsafe<Values[number]>(
    Type.String({ enum: [...values], ...(description !== undefined && { description }) }),
  );

const ending = Type.Union([
  Type.Object({ code: Type.Integer({ minimum: 0, maximum: 255 }) }),
  Type.Object({ signal: Type.String() }),
  Type.Null(),
]);

const inodes = (which: string) =>
  Type.Unsafe<Partial<Record<NamespaceFile, number>>>(
    Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: `By the names of /proc/PID/ns. ${which}`,
    }),
  );

const row = Type.Object({
  path: Type.String({
    description:
      "`outer/web`, a copy `web.2`, an init `outer/init`, what it forked `web+17`, what joined `outer/+17`.",
  }),
  kind: choice(["init", "declared", "forked", "joined"]),
  sandbox: Type.String({ description: "Path of the sandbox; empty for the root." }),
  level: Type.Integer({ minimum: 0, maximum: 32 }),
  pids: numbers("PID at each level, outermost first: level + 1 entries; null where there is none."),
  ppids: numbers("The same of the parent; 0 where it is outside of that level."),
  state: choice(["pending", "running", "stopped", "zombie", "exited"]),
  reason: Type.Union([Type.String(), Type.Null()], {
    description: "Of `pending`: what it waits for, or why it never started.",
  }),
  exit: ending,
  fault: Type.Union(
    [
      Type.Object({
        step: Type.String(),
        errno: Type.Integer(),
        level: Type.Integer({ description: "Of the PID namespace concerned." }),
      }),
      Type.Null(),
    ],
    { description: "Why it could not be started." },
  ),
  ended_by: Type.Union([choice(["itself", "stop", "timeout", "sandbox"]), Type.Null()], {
    description: "`stop`: the run stopped it; `sandbox`: the kernel ended it with its sandbox.",
  }),
  failed: Type.Boolean({ description: "Whether the verdict has a failure of it." }),
  output_lost: Type.Optional(
    Type.Boolean({ description: "Not all that it printed could be kept or passed on." }),
  ),
  restarts: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: "How often it has lived before; the rest is of this life.",
    }),
  ),
  pinned: Type.Array(Type.Integer({ minimum: 0, maximum: 32 }), {
    description: "Levels at which the spec pins its PID.",
  }),
  comm: Type.String(),
  argv: Type.Array(Type.String()),
  argv_cut: Type.Optional(
    Type.Boolean({ description: "There are more arguments than these, or the last is longer." }),
  ),
  started_ns: nullable(Type.Integer({ minimum: 0, description: "Since the first start." })),
  ended_ns: nullable(Type.Integer({ minimum: 0 })),
  uid: Type.Optional(
    Type.Integer({ minimum: 0, description: "Effective user, seen from level 0; of what lives." }),
  ),
  inodes: Type.Optional(inodes("Of its namespaces, those that are not its sandbox's.")),
});

const namespace = Type.Object({
  path: Type.String({ description: "Empty for the root sandbox." }),
  level: Type.Integer({ minimum: 0, maximum: 32 }),
  parent: Type.Union([Type.String(), Type.Null()]),
  inodes: inodes("Those that were learnt."),
});

const traceEvent = Type.Object({
  at_ns: Type.Integer({ minimum: 0, description: "Since the first start." }),
  event: choice(["fork", "exec", "exit"]),
  path: Type.String(),
  pids: Type.Array(Type.Integer({ minimum: 0 })),
  parent: Type.Union([Type.String(), Type.Null()], {
    description: "Of a fork, who forked; null where that is the shim above all.",
  }),
  argv: Type.Union([Type.Array(Type.String()), Type.Null()]),
  argv_cut: Type.Optional(
    Type.Boolean({ description: "There are more arguments than these, or the last is longer." }),
  ),
  exit: ending,
});

/** Where the spec asks for what a failure is about; line and column are from 1. */
const spanFields = {
  file: Type.String({ description: "From the spec's folder; empty where it is not known." }),
  line: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  column: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
};

const value = Type.Union([Type.Integer(), Type.String(), Type.Null()]);

const failure = Type.Object({
  path: Type.String(),
  what: choice(
    ["start", "dependency", "timeout", "end", "exit", "signal", "pid", "ppid", "level"],
    "In what it failed: `start`, `dependency`, `timeout` and `end` without an expectation.",
  ),
  level: Type.Union([Type.Integer({ minimum: 0, maximum: 32 }), Type.Null()], {
    description: "Of `pid` and `ppid`.",
  }),
  wanted: value,
  found: value,
  code: Type.String({ description: "As of `sandbox explain`." }),
  because_of: Type.Union([Type.String(), Type.Null()], {
    description: "Path of another process whose own failure is the cause.",
  }),
  ...spanFields,
  message: Type.String(),
});

const unjudged = Type.Object({
  path: Type.String(),
  what: choice(["exit", "signal", "pid", "ppid", "level"]),
  wanted: value,
  ...spanFields,
});

const verdict = Type.Object(
  {
    passed: Type.Boolean(),
    exit_code: Type.Integer({
      minimum: 0,
      maximum: 255,
      description:
        "0 passed, 1 a process, an expectation or a trace failed, 3 this host cannot, 130 interrupted; of `started`, as far as it is known.",
    }),
    failures: Type.Array(failure),
    not_judged: Type.Array(unjudged, {
      description:
        "Expectations of what another failure kept from starting or ending as it would have.",
    }),
  },
  { description: "Made in one place: exit code, pictures and the bare shim say the same." },
);

const gap = Type.Object({
  what: choice(["processes", "trace", "output", "run"]),
  why: Type.String(),
  help: Type.String(),
});

export const reportSchema = Type.Object(
  {
    report: Type.Literal(1),
    phase: choice(["started", "ended"]),
    sandbox: Type.String(),
    version: Type.String({ description: "Of the program that made the report." }),
    spec: Type.String({ description: "Name of the spec's file; empty where it is not known." }),
    params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      description: "The spec's parameters and the values they have.",
    }),
    time: Type.String({ description: "When it was made: UTC, as of RFC 3339; masked: empty." }),
    plan: Type.String({ description: "`sha256:` and hex." }),
    pid_mode: choice(
      ENUMS.pid_mode,
      "`requested`: every PID from level 1 on was asked for with set_tid.",
    ),
    outcome: choice(ENUMS.outcome, "What ended the run; `none`: it goes on."),
    verdict,
    complete: Type.Boolean({ description: "Whether everything that was to be seen is here." }),
    incomplete: Type.Array(gap, { description: "What is missing, why, and what would help." }),
    observer: Type.Object({ pidns: Type.Integer(), kernel: Type.String() }),
    namespaces: Type.Array(namespace),
    processes: Type.Array(row, {
      description: "In plan order; what was forked stands behind the process it descends from.",
    }),
    tracer: Type.Optional(
      Type.Object(
        {
          by: choice(ENUMS.tracer),
          lost: Type.Integer({ minimum: 0, description: "Events that could not be recorded." }),
        },
        { description: "Of a traced run that has ended." },
      ),
    ),
    trace: Type.Optional(
      Type.Array(traceEvent, { description: "Of a traced run that has ended, in order." }),
    ),
  },
  { description: "Every process of a run, with its PIDs at every level." },
);

type Frozen<Of> = Of extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Of extends object
    ? { readonly [Key in keyof Of]: Frozen<Of[Key]> }
    : Of;

/** As in the schema; records of it are never changed. */
export type ReportOf = Frozen<Static<typeof reportSchema>>;

/** `docs/report.schema.json`: draft-07, with a final newline. */
export function reportSchemaText(): string {
  const own = (key: string, member: unknown) => (key.startsWith("~") ? undefined : member);
  const $schema = "http://json-schema.org/draft-07/schema#";
  return `${JSON.stringify({ $schema, $id: "report/1", title: "sandbox report", ...reportSchema }, own, 2)}\n`;
}

/** The last report of a text: one as JSON, or JSON Lines as of `sandbox up --json`. Null: there is none. */
export function parseReport(text: string): ReportOf | null {
  for (const part of [text, ...text.trim().split("\n").toReversed()]) {
    try {
      const parsed: unknown = JSON.parse(part);
      if (Value.Check(reportSchema, parsed)) return parsed;
    } catch {
      // Not JSON as a whole: then it may be lines of it.
    }
  }
  return null;
}
