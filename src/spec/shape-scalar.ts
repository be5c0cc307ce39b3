/** Scalars of the right type: their range, choice, length and pattern. Pure. */

import { nodeNameLike } from "../base/node-name.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { SchemaPart as Schema } from "./definitions.ts";
import type { ScalarNode } from "./node.ts";
import { didYouMean } from "./suggest.ts";

const NONE: readonly Diagnostic[] = [];

/** What is wrong with a scalar whose type is right; `name` is how findings call it. */
export function scalarFindings(
  node: ScalarNode,
  schema: Schema,
  name: string,
): readonly Diagnostic[] {
  if (isRightScalar(node, schema)) return NONE;
  const { value, span } = node;
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    const bounds = maximum === Infinity ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
    return [
      diagnostic("SBX2305", span, `${name} is ${node.source}, but it must be ${bounds}`, {
        help: `write a number ${bounds}`,
      }),
    ];
  }
  if (typeof value !== "string") return NONE;
  if (value.includes("\0")) {
    return [
      diagnostic("SBX2308", span, `${name} holds a NUL character`, {
        help: "remove it: the kernel would end the text there",
      }),
    ];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return [
      diagnostic("SBX2002", span, `${name} cannot be "${value}"`, {
        label: meantChoice(value, schema.enum),
        help: `write one of ${schema.enum.join(", ")}`,
      }),
    ];
  }
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (value.length < minLength || value.length > maxLength) {
    const length = `${value.length} ${value.length === 1 ? "character" : "characters"}`;
    return [
      diagnostic("SBX2305", span, `${name} has ${length}`, {
        help: maxLength === Infinity ? "write one" : `use ${minLength} to ${maxLength}`,
      }),
    ];
  }
  if (pattern !== undefined && !regexOf(pattern).test(value)) {
    const code = schema.$comment === "SBX2304" ? "SBX2304" : "SBX2008";
    const like = code === "SBX2008" ? nodeNameLike(value) : null;
    const label = like === null ? "" : `did you mean "${like}"?`;
    const help = PATTERN_HELP[code];
    return [diagnostic(code, span, `${name} cannot be "${value}"`, { label, help })];
  }
  return [];
}

/** Another tool's word for one of the choices, or the nearest of them. */
function meantChoice(value: string, choices: readonly string[]): string {
  const foreign = foreignWords().foreignValue(value);
  if (foreign !== null && choices.includes(foreign)) return `did you mean "${foreign}"?`;
  if (foreign === "ready" && choices.includes("started")) return "`ready` is not built yet";
  return didYouMean(value, choices);
}

/** Loaded where it is needed. */
function foreignWords(): typeof import("./foreign-words.ts") {
  return require("./foreign-words.ts");
}

/** What a text shall be that does not match the pattern of its field, by the code it then has. */
const PATTERN_HELP = {
  SBX2304: "write three octal digits such as 022",
  SBX2008: "use letters, digits, `_` and `-`, beginning with a letter or digit",
} as const;

/** Whether there is nothing to say of a scalar whose type is right; most are. */
export function isRightScalar({ value }: ScalarNode, schema: Schema): boolean {
  if (typeof value === "string") return isRightText(value, schema);
  if (typeof value !== "number") return true;
  const { minimum, maximum } = schema;
  // No comparison holds for `.nan`.
  return (minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum);
}

function isRightText(value: string, schema: Schema): boolean {
  const { minLength = 0, maxLength = Infinity, pattern, enum: values } = schema;
  return (
    !value.includes("\0") &&
    value.length >= minLength &&
    value.length <= maxLength &&
    (values === undefined || values.includes(value)) &&
    (pattern === undefined || regexOf(pattern).test(value))
  );
}

const regexes = new Map<string, RegExp>();

function regexOf(pattern: string): RegExp {
  const known = regexes.get(pattern) ?? new RegExp(pattern);
  regexes.set(pattern, known);
  return known;
}
