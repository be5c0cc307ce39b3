/** What the language has names for and cannot do yet: it is reported as that, not as a mistake in writing. Pure. */

import { NAMESPACE_KINDS } from "../base/namespace-kinds.ts";
import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { definitions, type PartName, type SchemaPart as Schema } from "./definitions.ts";
import { entriesOf, integerOf, type Node, textOf } from "./node.ts";

const BOTH = ["subreaper", "capabilities", "no_new_privs", "seccomp", "landlock"];
const SANDBOX = [...BOTH, "mounts", "propagation", "resources", "net", "sysctl"];
const PROCESS = [...BOTH, "start", "actor", "ready", "restart", "tty", "scheduler", "cpus"];

const FIELDS: Readonly<Partial<Record<PartName, readonly string[]>>> = {
  Spec: [...SANDBOX, "steps", "claim", "source", "needs", "cases", "refused"],
  Sandbox: SANDBOX,
  ProcessMap: PROCESS,
  Template: [...SANDBOX, ...PROCESS],
};

/** Facts of a process that an `expect` is to be able to name. */
const EXPECTED: readonly string[] = [
  ...["ppids", "pgid", "sid", "state", "uid", "gid", "groups", "caps", "no_new_privs", "seccomp"],
  ...["threads", "children", "comm", "argv", "cwd", "hostname", "namespaces", "stdout", "stderr"],
  // Each namespace by its kind; the fact `pid` is the number, which is there already.
  ...NAMESPACE_KINDS.filter((kind) => kind !== "pid"),
  ...["exists", "files", "mounts"],
];

/** Whether maps as `schema` says, or as the field `name` has them, are to have this one some day. */
export function isPlannedField(key: string, schema: Schema, name: string): boolean {
  if (name === "expect") return EXPECTED.includes(key);
  if (name === "time") return key === "join";
  return Object.entries(FIELDS).some(
    ([part, fields]) => definitions[part] === schema && fields.includes(key),
  );
}

const hasField = (name: string) => (node: Node) => entriesOf(node).some(({ key }) => key === name);

/** By the name of a field; what it is to take some day. */
const VALUES: Readonly<Record<string, (node: Node) => boolean>> = {
  count: (node) => (integerOf(node) ?? 0) > 1,
  user: (node) => textOf(node) === "auto",
  root: (node) => /^empty$|\//.test(textOf(node) ?? "") || hasField("overlay")(node),
  stdout: (node) => textOf(node) === "stdout",
  stderr: (node) => textOf(node) === "stdout",
};

/** Whether the field `name` is to take this value, which it does not as `schema` says, some day. */
export function isPlannedValue(node: Node, schema: Schema, name: string): boolean {
  if (schema.enum?.includes("succeeded")) return textOf(node) === "ready";
  if (schema.enum?.includes("new")) return hasField("join")(node);
  // A number of another process, in an `expect`.
  if (schema.type === "integer" && isRelation(node)) return true;
  return Object.hasOwn(VALUES, name) && VALUES[name]?.(node) === true;
}

const RELATIONS = ["same_as", "not", "owner_of"] as const;

/** `same_as PATH`, also as a map. */
function isRelation(node: Node): boolean {
  const [first, ...others] = (textOf(node) ?? "").split(" ");
  return RELATIONS.some((each) => (each === first && others.length > 0) || hasField(each)(node));
}

export function notBuiltYet(span: Span, what: string): Diagnostic {
  return diagnostic("SBX2012", span, `${what} is known, but not built yet`, {
    help: "leave it out, or wait for a version that has it",
  });
}
