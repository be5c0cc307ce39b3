/** The JSON Schema of a report, and reading a recorded one. */

import Type from "typebox";
import Value from "typebox/value";
import type { Report } from "./report.ts";

const numbers = (description: string) =>
  Type.Array(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]), { description });
const nullable = (schema: ReturnType<typeof Type.Integer>) => Type.Union([schema, Type.Null()]);
const choice = (values: readonly string[]) => Type.String({ enum: [...values] });

const ending = Type.Union([
  Type.Object({ code: Type.Integer({ minimum: 0, maximum: 255 }) }),
  Type.Object({ signal: Type.String() }),
  Type.Null(),
]);

const inodes = (which: string) =>
  Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
    description: `By the names of /proc/PID/ns. ${which}`,
  });

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
  exit: ending,
  fault: Type.Union([
    Type.Object({ step: Type.String(), errno: Type.Integer(), level: Type.Integer() }),
    Type.Null(),
  ]),
  ended_by: Type.Union([choice(["itself", "stop", "timeout", "sandbox"]), Type.Null()]),
  pinned: Type.Array(Type.Integer({ minimum: 0, maximum: 32 })),
  comm: Type.String(),
  argv: Type.Array(Type.String()),
  started_ns: nullable(Type.Integer({ minimum: 0, description: "Since the first start." })),
  ended_ns: nullable(Type.Integer({ minimum: 0 })),
  uid: Type.Optional(
    Type.Integer({ minimum: 0, description: "Effective user, seen from level 0; of what lives." }),
  ),
  inodes: Type.Optional(inodes("Of its namespaces, those that are not its sandbox's.")),
});

const namespace = Type.Object({
  path: Type.String(),
  level: Type.Integer({ minimum: 0, maximum: 32 }),
  parent: Type.Union([Type.String(), Type.Null()]),
  inodes: inodes("Those that were learnt."),
});

const traceEvent = Type.Object({
  at_ns: Type.Integer({ minimum: 0, description: "Since the first start." }),
  event: choice(["fork", "exec", "exit"]),
  path: Type.String(),
  pids: Type.Array(Type.Integer({ minimum: 0 })),
  parent: Type.Union([Type.String(), Type.Null()]),
  argv: Type.Union([Type.Array(Type.String()), Type.Null()]),
  exit: ending,
});

export const reportSchema = Type.Object(
  {
    report: Type.Literal(1),
    phase: choice(["started", "ended"]),
    sandbox: Type.String(),
    plan: Type.String({ description: "`sha256:` and hex." }),
    pid_mode: choice(["requested", "ordered"]),
    outcome: Type.String(),
    observer: Type.Object({ pidns: Type.Integer(), kernel: Type.String() }),
    namespaces: Type.Array(namespace),
    processes: Type.Array(row),
    tracer: Type.Optional(
      Type.Object(
        {
          by: choice(["none", "bpf", "ptrace"]),
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

/** `docs/report.schema.json`: draft-07, with a final newline. */
export function reportSchemaText(): string {
  const own = (key: string, value: unknown) => (key.startsWith("~") ? undefined : value);
  const $schema = "http://json-schema.org/draft-07/schema#";
  return `${JSON.stringify({ $schema, $id: "report/1", title: "sandbox report", ...reportSchema }, own, 2)}\n`;
}

/** The last report of a text: one as JSON, or JSON Lines as of `sandbox up --json`. Null: there is none. */
export function parseReport(text: string): Report | null {
  for (const part of [text, ...text.trim().split("\n").toReversed()]) {
    try {
      const value: unknown = JSON.parse(part);
      if (Value.Check(reportSchema, value)) return value as unknown as Report;
    } catch {
      // Not JSON as a whole: then it may be lines of it.
    }
  }
  return null;
}
