/**
 * The spec's schema: the one source of its structural checks and of `schema.json`.
 *
 * Written with TypeBox; plain JSON Schema at run time. Every field says what it is, its default and
 * an example, so that an editor's hover teaches. `x-` keys are allowed in every map.
 */

import Type, { type Static } from "typebox";
import { ID_MAX, PID_LEVEL_MAX, PID_MAX, UTS_NAME_MAX } from "../base/kernel-limits.ts";
import { byKind } from "../base/namespace-kinds.ts";
import { DEFAULT_STOP, STOP_SCOPES } from "../base/process-defaults.ts";
import { PROCESS_COUNT_MAX, SANDBOX_COUNT_MAX } from "../base/spec-limits.ts";
import { WAIT_CONDITION_NAMES } from "../base/wait-conditions.ts";
import { inheritedFieldSchemas, processFieldSchemas } from "./field-schema.ts";
import { PARAM_TYPES } from "./params.ts";
import { duration, text } from "./schema-parts.ts";

const closed = { additionalProperties: false, patternProperties: { "^x-": {} } };
const nodeName = "^[A-Za-z0-9][A-Za-z0-9_-]*$";

const path = (description: string) => Type.String({ description, minLength: 1 });
const count = (description: string, minimum: number, maximum: number) =>
  Type.Integer({ description, minimum, maximum });
const choice = (values: readonly string[], description: string, fallback?: string) =>
  Type.String({ enum: [...values], description, ...(fallback ? { default: fallback } : {}) });
const listOf = (description: string) => Type.Array(Type.String(), { description });

const env = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
  description: "Environment variables.",
  examples: [{ MODE: "test" }],
});

const limit = Type.Union([Type.Integer({ minimum: 0 }), Type.String()]);
const limits = Type.Record(
  Type.String(),
  Type.Union([
    Type.Integer({ minimum: 0 }),
    Type.String(),
    Type.Object({ soft: Type.Optional(limit), hard: Type.Optional(limit) }, closed),
  ]),
  {
    description:
      "Resource limits by the names of getrlimit(2): an integer, `unlimited`, or {soft, hard}. Default: the caller's.",
    examples: [{ nofile: 1024 }],
  },
);

const stop = Type.Object(
  {
    signal: Type.Optional(
      Type.Union([Type.String(), Type.Integer()], {
        description: "Signal that asks to end, as in signal(7).",
        default: "TERM",
      }),
    ),
    grace: Type.Optional(duration("Time until SIGKILL. Default `5s`.")),
    scope: Type.Optional(
      choice(
        STOP_SCOPES,
        "Who gets both: the process and what it has forked into its process group, or itself alone.",
        DEFAULT_STOP.scope,
      ),
    ),
  },
  {
    ...closed,
    description:
      "How to end: a signal, then after a while SIGKILL. What is left when a sandbox ends, as daemons are, gets TERM and the sandbox's grace, then SIGKILL.",
    examples: [{ signal: "INT", grace: "10s" }],
  },
);

const id = (description: string) => count(description, 0, ID_MAX);
const groups = Type.Array(id("A group id."), {
  description:
    "Supplementary groups. Default: none; those of an ordinary user as caller stay, unmapped.",
});

const identity = Type.Object(
  {
    uid: Type.Optional(id("User id, as seen inside.")),
    gid: Type.Optional(id("Group id, as seen inside.")),
    groups: Type.Optional(groups),
  },
  {
    ...closed,
    description: "User and groups of the process. What it does not name is the sandbox's.",
    examples: [{ uid: 1000, gid: 1000 }],
  },
);

const sandboxUser = Type.Object(
  {
    uid: Type.Optional(id("User id, as seen inside.")),
    gid: Type.Optional(id("Group id, as seen inside.")),
    groups: Type.Optional(groups),
    map: Type.Optional(
      Type.Array(
        Type.Object(
          {
            inside: id("Id inside."),
            outside: id("Id in the user namespace above."),
            count: Type.Optional(count("Ids mapped; only 1 is supported yet.", 1, 1)),
          },
          closed,
        ),
        { description: "Id map of the new user namespace. Default: 0 inside is the caller." },
      ),
    ),
  },
  {
    ...closed,
    description:
      "Identity of the sandbox's processes, and id map (needs `namespaces: {user: new}`). Default: uid and gid 0 in a new user namespace, else the caller's.",
    examples: [{ uid: 0, map: [{ inside: 0, outside: 1000 }] }],
  },
);

const output = (description: string, extra: readonly string[]) =>
  Type.Union(
    [
      Type.String({ enum: ["log", "inherit", "null", ...extra] }),
      Type.Null(),
      Type.Object({ file: path("Path as the process sees it; appended to.") }, closed),
    ],
    { description, default: "log" },
  );

const expect = Type.Object(
  {
    pid: Type.Optional(count("PID in its own PID namespace.", 1, PID_MAX)),
    pids: Type.Optional(
      Type.Record(Type.String(), count("PID there.", 1, PID_MAX), {
        description: "PIDs by the sandbox that owns the PID namespace, or `host`.",
      }),
    ),
    ppid: Type.Optional(count("PID of the parent as seen there; 0: outside.", 0, PID_MAX)),
    level: Type.Optional(count("Level of its PID namespace.", 0, PID_LEVEL_MAX)),
    exit: Type.Optional(count("Exit code.", 0, 255)),
    signal: Type.Optional(
      Type.Union([Type.String(), Type.Integer()], { description: "Signal that ended it." }),
    ),
  },
  { ...closed, description: "Checked when the run ends; what does not hold fails the run." },
);

const use = Type.Union([Type.String(), Type.Array(Type.String())], {
  description:
    "Templates merged under this node: maps deep, all else replaced. What the node says itself wins, then the last template named.",
  examples: ["base", ["base", "logged"]],
});

const processFields = {
  description: Type.Optional(text("What it is for.")),
  use: Type.Optional(use),
  run: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description:
        "Program and arguments: a list, or a string split into words as a shell quotes them, without a shell.",
      examples: ["sleep 60", ["sleep", "60"]],
    }),
  ),
  shell: Type.Optional(text("Script for `/bin/sh -c`.", ["echo $$; exec sleep 60"])),
  pid: Type.Optional(
    Type.Integer({ description: "Requested PID in its own PID namespace.", examples: [7] }),
  ),
  pids: Type.Optional(
    Type.Record(Type.String(), Type.Integer(), {
      description: "Requested PIDs by the sandbox that owns the PID namespace, or `host`.",
      examples: [{ outer: 7 }],
    }),
  ),
  replicas: Type.Optional(count("So many of it: `worker.1`, `worker.2` …", 0, PROCESS_COUNT_MAX)),
  env: Type.Optional(env),
  inherit_env: Type.Optional(listOf("Names taken from the caller's environment.")),
  cwd: Type.Optional(
    path("Working directory. Default: the spec's folder where visible, else `/`."),
  ),
  limits: Type.Optional(limits),
  user: Type.Optional(identity),
  ...processFieldSchemas,
  depends_on: Type.Optional(
    Type.Union(
      [
        Type.String(),
        Type.Array(Type.String()),
        Type.Record(Type.String(), choice(WAIT_CONDITION_NAMES, "What to wait for.")),
      ],
      {
        description: "Processes to wait for: names or paths, or a map to what to wait for.",
        examples: [["db"], { setup: "succeeded" }],
      },
    ),
  ),
  stdin: Type.Optional(
    Type.Union(
      [
        Type.String({ enum: ["null", "inherit"] }),
        Type.Null(),
        Type.Object(
          {
            file: Type.Optional(path("Path as the process sees it.")),
            text: Type.Optional(text("The text itself.")),
          },
          closed,
        ),
      ],
      {
        description:
          "Where it reads from. `inherit`: where the command does; what is typed at a terminal comes through a pipe.",
        default: "null",
      },
    ),
  ),
  stdout: Type.Optional(output("Where its stdout goes.", [])),
  stderr: Type.Optional(output("Where its stderr goes.", ["stdout"])),
  stop: Type.Optional(stop),
  expect: Type.Optional(expect),
};

const processMap = Type.Object(processFields, {
  ...closed,
  description: "A process: exactly one of `run` and `shell`.",
});

const offset = (clock: string) =>
  text(`How far ${clock} is ahead of what it is outside: a duration, \`-1h\` for behind.`, ["-1h"]);

/** What each namespace can be. */
const MODES = ["new", "inherit"];

/** As a choice, or how far its clocks are ahead: then it is new. */
const timeNamespace = (fallback: string) =>
  Type.Union(
    [
      Type.String({ enum: MODES }),
      Type.Object(
        {
          monotonic: Type.Optional(offset("CLOCK_MONOTONIC")),
          boottime: Type.Optional(offset("CLOCK_BOOTTIME (the uptime)")),
        },
        closed,
      ),
    ],
    {
      description: "The time namespace. With offsets it is new. Source: time_namespaces(7).",
      examples: ["new", { monotonic: "24h", boottime: "-1h" }],
      default: fallback,
    },
  );

/** The default of the root's depends on who runs it. */
const userNamespace = choice(
  MODES,
  "The user namespace. Default: new at the root where the caller has no CAP_SYS_ADMIN, else inherit.",
);

const namespaces = Type.Object(
  byKind(({ kind, fallback }) => {
    if (kind === "user") return Type.Optional(userNamespace);
    if (kind === "time") return Type.Optional(timeNamespace(fallback));
    return Type.Optional(choice(MODES, `The ${kind} namespace.`, fallback));
  }),
  {
    ...closed,
    description: "Which namespaces are new.",
    examples: [{ net: "new", uts: "inherit" }],
  },
);

const process = Type.Union(
  [
    Type.String({ description: "Short form of `run`." }),
    Type.Array(Type.String(), { description: "Short form of `run`." }),
    Type.Ref("ProcessMap"),
  ],
  { description: "A process." },
);

const sandboxFields = {
  description: Type.Optional(text("What it is for.")),
  use: Type.Optional(use),
  namespaces: Type.Optional(namespaces),
  init: Type.Optional(
    Type.String({
      description: "`reaper` (the shim), or the process that is PID 1 itself.",
      default: "reaper",
    }),
  ),
  hostname: Type.Optional(
    Type.String({
      description: "Host name (needs uts: new).",
      maxLength: UTS_NAME_MAX,
      minLength: 1,
    }),
  ),
  domainname: Type.Optional(
    Type.String({
      description: "NIS domain name (needs uts: new).",
      maxLength: UTS_NAME_MAX,
      minLength: 1,
    }),
  ),
  user: Type.Optional(sandboxUser),
  root: Type.Optional(
    choice(
      ["host", "host-rw", "inherit"],
      "The tree: the host's read-only, the host's, or the parent sandbox's. Default: `host` at the root, `inherit` below.",
    ),
  ),
  env: Type.Optional(env),
  inherit_env: Type.Optional(listOf("Names taken from the caller's environment.")),
  cwd: Type.Optional(path("Working directory of its processes.")),
  ...inheritedFieldSchemas,
  limits: Type.Optional(limits),
  nest: Type.Optional(count("This sandbox N times, each inside the one before.", 1, PID_LEVEL_MAX)),
  replicas: Type.Optional(count("N siblings `box.1` … `box.N`.", 0, SANDBOX_COUNT_MAX)),
  until: Type.Optional(
    Type.String({
      description:
        "`all`, `any`, or a process (of a replicated one: all copies): when this sandbox is done.",
      default: "all",
    }),
  ),
  timeout: Type.Optional(duration("Then it is stopped, and the run fails.")),
  stop: Type.Optional(stop),
  processes: Type.Optional(
    Type.Record(Type.String(), Type.Ref("Process"), {
      description: "Processes by name.",
      examples: [{ web: "sleep 60" }],
    }),
  ),
  sandboxes: Type.Optional(
    Type.Record(Type.String(), Type.Ref("Sandbox"), {
      description: "Nested sandboxes by name.",
      examples: [{ inner: { processes: { web: "sleep 60" } } }],
    }),
  ),
};

const bound = (description: string) =>
  Type.Optional(Type.Union([Type.Number(), Type.String()], { description }));
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const param = Type.Object(
  {
    type: choice(PARAM_TYPES, "What its values are."),
    min: bound("Least value, of an integer, number, duration or size."),
    max: bound("Greatest value, of an integer, number, duration or size."),
    values: Type.Optional(Type.Array(Type.String(), { description: "The values of an enum." })),
    default: Type.Optional(
      Type.Union([Type.String(), Type.Number(), Type.Boolean()], {
        description: "Value where none is given. Without one, a value must be given.",
      }),
    ),
    description: Type.Optional(text("What it is for.")),
  },
  {
    ...closed,
    description: "A parameter, used as `${name}`; given by `--param name=value`.",
    examples: [{ type: "integer", min: 1, max: 100, default: 2 }],
  },
);

const templates = Type.Record(Type.String(), Type.Ref("Template"), {
  description: "Fields by name, which processes and sandboxes take over with `use`.",
  examples: [{ quiet: { stdout: "null", stderr: "null" } }],
});
const include = Type.Array(Type.String(), {
  description: "Files whose `templates` are known here, relative to this one.",
  examples: [["templates.yaml"]],
});

/** Named parts of the schema, and the root's own under `Spec`. */
export const definitions = {
  Spec: Type.Object(
    {
      sandbox: Type.String({
        description: "Name of the sandbox.",
        pattern: nodeName,
        maxLength: 64,
        examples: ["demo"],
      }),
      params: Type.Optional(
        Type.Record(Type.String(), Type.Ref("Param"), {
          description: "Values that a run may choose, by name; used as `${name}`.",
        }),
      ),
      include: Type.Optional(include),
      templates: Type.Optional(templates),
      matrix: Type.Optional(
        Type.Record(Type.String(), Type.Array(scalar), {
          description:
            "Values of parameters: one case for each combination. Without a value given, a run takes the first of each.",
          examples: [{ depth: [1, 5, 31] }],
        }),
      ),
      ...sandboxFields,
    },
    { ...closed, description: "A sandbox: processes in new Linux namespaces." },
  ),
  Sandbox: Type.Object(sandboxFields, { ...closed, description: "A nested sandbox." }),
  Process: process,
  ProcessMap: processMap,
  Param: param,
  Template: Type.Object(
    { ...processFields, ...sandboxFields },
    { ...closed, description: "Fields of processes or sandboxes." },
  ),
  Library: Type.Object(
    {
      description: Type.Optional(text("What it is for.")),
      include: Type.Optional(include),
      templates: Type.Optional(templates),
    },
    { ...closed, description: "A file that others include." },
  ),
} as const;

/** Names of the fields of a value, at any depth; keys that the user chooses are none. */
type FieldsOf<Value> = Value extends readonly (infer Item)[]
  ? FieldsOf<Item>
  : Value extends object
    ? string extends keyof Value
      ? FieldsOf<Value[string]>
      : (keyof Value & string) | FieldsOf<Value[keyof Value]>
    : never;

type Definitions = typeof definitions;

/** Every field that the schema knows: what code may ask a node for. */
export type Field = {
  [Name in keyof Definitions]: FieldsOf<Static<Definitions[Name]>>;
}[keyof Definitions];
