/** `params`: what a spec declares, and the values that a run gives them. Pure. */

import { durationMs } from "../base/duration.ts";
import { sizeBytes } from "../base/size.ts";
import { NO_SPAN, type Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { plainValue } from "./core-schema.ts";
import type { Value } from "./expression.ts";
import { entriesOf, get, type Node, type ScalarNode, textOf } from "./node.ts";
import type { Field } from "./schema.ts";
import { didYouMean, nearest } from "./suggest.ts";

export const PARAM_TYPES = [
  "integer",
  "number",
  "string",
  "boolean",
  "enum",
  "duration",
  "size",
] as const;

export type ParamType = (typeof PARAM_TYPES)[number];

export interface Param {
  readonly name: string;
  readonly nameSpan: Span;
  readonly type: ParamType;
  readonly min: number | null;
  readonly max: number | null;
  /** The values of an enum. */
  readonly values: readonly string[];
  /** Null: a value must be given. */
  readonly fallback: Value | null;
  readonly description: string;
}

/** Names that mean the number of a copy. */
export const COPY_NAMES: ReadonlySet<string> = new Set(["replica", "nest"]);

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Every parameter that is rightly declared. */
export function paramsOf(root: Node, diagnostics: Diagnostic[]): Param[] {
  return entriesOf(get(root, "params")).flatMap(({ key, keySpan, value }) => {
    if (COPY_NAMES.has(key) || !NAME.test(key)) {
      const isCopy = COPY_NAMES.has(key);
      diagnostics.push(
        diagnostic(
          isCopy ? "SBX2009" : "SBX2008",
          keySpan,
          isCopy ? `"${key}" is a reserved name` : `"${key.slice(0, 64)}" cannot name a parameter`,
          {
            help: isCopy
              ? `give the parameter another name; \`${key}\` is the number of a copy`
              : "use up to 64 letters, digits and `_`, beginning with a letter",
          },
        ),
      );
      return [];
    }
    return declared(key, keySpan, value, diagnostics);
  });
}

function declared(name: string, nameSpan: Span, node: Node, diagnostics: Diagnostic[]): Param[] {
  const type = PARAM_TYPES.find((each) => each === textOf(get(node, "type")));
  if (type === undefined) return [];
  const bound = (key: Field): number | null => {
    const value = get(node, key);
    return value === null ? null : boundOf(value, type, diagnostics);
  };
  const list = get(node, "values");
  const values = list?.kind === "list" ? list.items.map((item) => textOf(item) ?? "") : [];
  const description = textOf(get(node, "description")) ?? "";
  const param = { name, nameSpan, type, min: bound("min"), max: bound("max"), values, description };
  if ((type === "enum") !== values.length > 0) {
    const message =
      type === "enum"
        ? `enum parameter "${name}" has no \`values\``
        : `\`values\` belong to an enum, but "${name}" is ${article(type)}`;
    diagnostics.push(
      diagnostic("SBX2113", list?.span ?? nameSpan, message, {
        help: "write `type: enum` and a list of `values`",
      }),
    );
    return [];
  }
  if (param.min !== null && param.max !== null && param.min > param.max) {
    diagnostics.push(
      diagnostic("SBX2113", get(node, "min")?.span ?? nameSpan, "`min` is above `max`", {
        help: "swap the two",
      }),
    );
    return [];
  }
  const fallback = fallbackOf(param, get(node, "default"), diagnostics);
  return fallback === undefined ? [] : [{ ...param, fallback }];
}

function boundOf(node: Node, type: ParamType, diagnostics: Diagnostic[]): number | null {
  const text = textOf(node) ?? "";
  const isNumber = node.kind === "scalar" && Number.isFinite(node.value);
  const bound =
    type === "duration"
      ? durationMs(text)
      : type === "size"
        ? sizeBytes(text)
        : isNumber && (type === "integer" || type === "number")
          ? Number(node.value)
          : null;
  if (bound === null) {
    diagnostics.push(
      diagnostic("SBX2113", node.span, `"${text}" is no bound for ${article(type)}`, {
        help: "`min` and `max` belong to integers, numbers, durations and sizes, written as such",
      }),
    );
  }
  return bound;
}

/** Undefined: there is a default, and it is wrong. */
function fallbackOf(
  param: Omit<Param, "fallback">,
  node: Node | null,
  diagnostics: Diagnostic[],
): Value | null | undefined {
  if (node?.kind !== "scalar") return null;
  const why = unfit(param, node);
  if (why === null) return typed(param.type, node);
  diagnostics.push(
    diagnostic("SBX2112", node.span, `the default of parameter "${param.name}" ${why}`, {
      help: "change the default, or the declaration",
    }),
  );
  return undefined;
}

/** A scalar of the spec, as a value of the type. */
function typed(type: ParamType, node: ScalarNode): Value {
  if (type === "integer" || type === "number" || type === "boolean") {
    return node.value as number | boolean;
  }
  return textOf(node) ?? String(node.value);
}

/** Why a scalar is no value of the parameter; null: it is one. */
export function unfit(param: Omit<Param, "fallback">, node: ScalarNode): string | null {
  const { value } = node;
  const text = textOf(node) ?? String(value);
  switch (param.type) {
    case "integer":
      if (!Number.isSafeInteger(value)) return `is ${JSON.stringify(value)}, not an integer`;
      return outside(param, Number(value), text);
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value)) {
        return `is ${JSON.stringify(value)}, not a number`;
      }
      return outside(param, value, text);
    case "boolean":
      return typeof value === "boolean" ? null : `is ${JSON.stringify(value)}, not true or false`;
    case "enum":
      return param.values.includes(text)
        ? null
        : `is "${text}", not one of ${param.values.join(", ")}`;
    case "duration": {
      const ms = durationMs(text);
      return ms === null ? `is "${text}", not a duration` : outside(param, ms, text);
    }
    case "size": {
      const bytes = sizeBytes(text);
      return bytes === null ? `is "${text}", not a size` : outside(param, bytes, text);
    }
    case "string":
      return typeof value === "string" ? null : `is ${text}, not text`;
  }
}

function outside({ min, max }: Pick<Param, "min" | "max">, value: number, text: string) {
  if (min !== null && value < min) return `is ${text}, below its minimum`;
  return max !== null && value > max ? `is ${text}, above its maximum` : null;
}

function article(type: ParamType): string {
  return type === "integer" || type === "enum" ? `an ${type}` : `a ${type}`;
}

/** Given by name, as text: `--param k=v`, or SANDBOX_PARAM_K. */
export type Given = Readonly<Record<string, string>>;

/** The values of this run. Text is read as the type wants it; `names` are all that are declared. */
export function valuesOf(
  params: readonly Param[],
  given: Given,
  names: readonly string[],
  diagnostics: Diagnostic[],
): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const param of params) {
    const text = Object.hasOwn(given, param.name) ? given[param.name] : undefined;
    const value = text === undefined ? param.fallback : givenValue(param, text, diagnostics);
    if (value !== null) values.set(param.name, value);
    else if (text === undefined) {
      diagnostics.push(
        diagnostic("SBX2111", param.nameSpan, `parameter "${param.name}" has no value`, {
          help: `give it one with \`--param ${param.name}=…\`, or a \`default\``,
        }),
      );
    }
  }
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    const known = names.length === 0 ? "it declares none" : `it declares ${names.join(", ")}`;
    diagnostics.push(
      diagnostic("SBX2110", NO_SPAN, `the spec has no parameter "${name}"`, {
        help: near === null ? known : `did you mean "${near}"?`,
      }),
    );
  }
  return values;
}

function givenValue(param: Param, text: string, diagnostics: Diagnostic[]): Value | null {
  const isNumber = param.type === "integer" || param.type === "number";
  const value =
    isNumber && text !== ""
      ? plainValue(text) // as the spec's own numbers are read: 0x10, 1e3
      : param.type === "boolean" && (text === "true" || text === "false")
        ? text === "true"
        : text;
  const node: ScalarNode = { kind: "scalar", span: NO_SPAN, value, source: text };
  const why = unfit(param, node);
  if (why === null) return typed(param.type, node);
  const label = param.type === "enum" ? didYouMean(text, param.values) : "";
  diagnostics.push(
    diagnostic("SBX2114", param.nameSpan, `the value given for parameter "${param.name}" ${why}`, {
      label: label || "declared here",
      help: "correct `--param`, or the variable SANDBOX_PARAM_… that gives it",
    }),
  );
  return null;
}
