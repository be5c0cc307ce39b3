/** `sandbox fmt`: one layout for all specs. Comments, anchors and meaning stay. Pure. */

import * as YAML from "yaml";
import { attachComments, commentsOf } from "./comments.ts";
import { branchesOf, definitions, type SchemaPart } from "./definitions.ts";
import { foldedText } from "./folded-text.ts";

/** Columns that a flow collection may take; a longer one is written as a block. */
const FLOW_WIDTH = 96;

/** Characters that are not seen, or that turn what is: in quotes they stay escapes. */
const HIDDEN =
  /[\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g;

/** Numbers and folded text as they were written: what matters there to their author is no value. */
const customTags =
  (keepsFolds: boolean) =>
  (tags: YAML.Tags): YAML.Tags =>
    tags.map((tag) => {
      const kind = typeof tag === "object" ? /:(int|float|str)$/.exec(tag.tag)?.[1] : undefined;
      if (kind === undefined) return tag;
      const { stringify } = tag as YAML.ScalarTag;
      const kept: YAML.ScalarTag["stringify"] = (item, context, ...rest) => {
        const made = () => stringify?.(item, context, ...rest) ?? "";
        if (kind !== "str") return asWritten(item) ?? made();
        const folded = keepsFolds ? foldedText(item, context.indent, ...rest) : null;
        return folded ?? escaped(made());
      };
      return { ...(tag as YAML.ScalarTag), stringify: kept };
    });

function escaped(text: string): string {
  if (!text.startsWith('"')) return text;
  return text.replace(
    HIDDEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function asWritten(item: YAML.Scalar): string | null {
  return typeof item.source === "string" && item.source !== "" ? item.source : null;
}

export type Formatted =
  | { readonly ok: true; readonly text: string }
  /** `no-yaml`: `sandbox check` says where. `not-kept`: no layout keeps all that it says. */
  | { readonly ok: false; readonly why: "no-yaml" | "not-kept" };

/** What is formatted once is not changed by another time. A byte order mark and CRLF stay. */
export function formatSpec(text: string): Formatted {
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const isCrlf = text.includes("\r\n") && !/(?<!\r)\n/.test(text);
  const body = text.slice(mark.length);
  const made = formatText(isCrlf ? body.replaceAll("\r\n", "\n") : body);
  if (!made.ok) return made;
  return { ok: true, text: mark + (isCrlf ? made.text.replaceAll("\n", "\r\n") : made.text) };
}

const BYTE_ORDER_MARK = "\ufeff";

function formatText(text: string): Formatted {
  const before = meaning(text);
  if (before === null) return { ok: false, why: "no-yaml" };
  const comments = commentsOf(text).toSorted().join("\n");
  const isWhole = (made: string) =>
    meaning(made) === before && commentsOf(made).toSorted().join("\n") === comments;
  // An order that would put an alias before its anchor is given up, and so is any other surprise.
  for (const layout of LAYOUTS) {
    const made = settled(text, layout);
    if (made !== null && isWhole(made)) return { ok: true, text: made };
  }
  return { ok: false, why: "not-kept" };
}

interface Layout {
  readonly sorts: boolean;
  readonly keepsFolds: boolean;
}

/** The first that keeps all is taken. */
const LAYOUTS: readonly Layout[] = [
  { sorts: true, keepsFolds: true },
  { sorts: true, keepsFolds: false },
  { sorts: false, keepsFolds: true },
  { sorts: false, keepsFolds: false },
];

/** A layout may need a second look, as where a comment has moved; null where it never stands still. */
function settled(text: string, layout: Layout): string | null {
  let last: string | null = text;
  for (let round = 0; round < ROUNDS_MAX && last !== null; round++) {
    const made = formatted(last, layout);
    if (made === last) return made;
    last = made;
  }
  return null;
}

const ROUNDS_MAX = 5;

/** What a text says, order of keys aside; null where it has mistakes. */
function meaning(text: string): string | null {
  const document = YAML.parseDocument(text, { merge: true, stringKeys: true, prettyErrors: false });
  if (document.errors.length > 0 || document.contents === null) return null;
  try {
    return JSON.stringify(ordered(document.toJS({ maxAliasCount: 10_000 })));
  } catch {
    return null;
  }
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, ordered(child)]));
}

function formatted(text: string, { sorts, keepsFolds }: Layout): string | null {
  const document = YAML.parseDocument(text, {
    merge: false, // a quoted `<<` is a key like any other, and stays quoted
    stringKeys: true,
    customTags: customTags(keepsFolds),
    keepSourceTokens: true,
  });
  attachComments(document, text);
  const root = definitions["Spec"] ?? {};
  if (YAML.isMap(document.contents)) arrange(document.contents, root, sorts, 0);
  try {
    return document.toString({
      indent: 2,
      indentSeq: true,
      lineWidth: 0,
      flowCollectionPadding: false,
      singleQuote: false,
    });
  } catch {
    return null; // an alias now stands before its anchor
  }
}

function arrange(node: unknown, schema: SchemaPart | null, sorts: boolean, depth: number): void {
  if (YAML.isScalar(node)) requote(node);
  if (!YAML.isCollection(node)) return;
  if (node.flow && isWide(node, depth)) node.flow = false;
  if (YAML.isSeq(node)) {
    const items = branch(schema, "array")?.items ?? null;
    for (const item of node.items) arrange(item, items, sorts, depth + 1);
    return;
  }
  if (!YAML.isMap(node)) return;
  const own = branch(schema, "object");
  if (sorts && own?.properties !== undefined) sort(node, Object.keys(own.properties), depth === 0);
  const others = Object.entries(own?.patternProperties ?? {}).find(([key]) => key !== "^x-")?.[1];
  for (const pair of node.items) {
    const key = keyOf(pair);
    if (YAML.isScalar(pair.key)) requote(pair.key);
    const child = Object.hasOwn(own?.properties ?? {}, key) ? own?.properties?.[key] : others;
    arrange(pair.value, key.startsWith("x-") ? null : (child ?? null), sorts, depth + 1);
  }
}

function branch(schema: SchemaPart | null, type: string): SchemaPart | null {
  return schema === null ? null : (branchesOf(schema).find((each) => each.type === type) ?? null);
}

function keyOf(pair: YAML.Pair): string {
  return YAML.isScalar(pair.key) ? String(pair.key.value) : "";
}

/** The schema's order; merge keys and `x-` keys, which may hold anchors, right behind the names. */
function sort(map: YAML.YAMLMap, order: readonly string[], isRoot: boolean): void {
  const first = ["sandbox", "description"];
  const rank = (pair: YAML.Pair): number => {
    const key = keyOf(pair);
    if (first.includes(key)) return first.indexOf(key);
    if (key === "<<" || key.startsWith("x-")) return first.length;
    const at = order.indexOf(key);
    return first.length + 1 + (at < 0 ? order.length : at);
  };
  const [head] = map.items;
  const items = map.items.toSorted((a, b) => rank(a) - rank(b));
  map.items.splice(0, map.items.length, ...items);
  // Space before what was second would now stand at the top.
  const [now] = items;
  if (now !== head && YAML.isScalar(now?.key) && YAML.isScalar(head?.key)) {
    head.key.spaceBefore = now.key.spaceBefore === true || head.key.spaceBefore === true;
    now.key.spaceBefore = false;
    // What stands at the very top speaks of the file, not of the key that happened to be first.
    if (isRoot && head.key.commentBefore) {
      now.key.commentBefore = [head.key.commentBefore, now.key.commentBefore ?? ""]
        .filter((comment) => comment !== "")
        .join("\n");
      head.key.commentBefore = null;
    }
  }
}

/** Text that nobody could take for anything else. */
const PLAIN = /^[A-Za-z0-9_./-]+( [A-Za-z0-9_./-]+)*$/;
/** Truth values of YAML 1.1, which other tools still read as such. */
const OLD_TRUTH = /^(y|n|yes|no|on|off)$/i;

/** What those tools could read as a number, a date or a time. */
const OLD_NUMBER = /^[-+.]?\d/;

/** Double quotes, and none around plain words. Blocks of text stay as they are. */
function requote(scalar: YAML.Scalar): void {
  if (scalar.type !== "QUOTE_SINGLE" && scalar.type !== "QUOTE_DOUBLE") return;
  const { value } = scalar;
  const isPlain =
    typeof value === "string" &&
    PLAIN.test(value) &&
    !OLD_TRUTH.test(value) &&
    !OLD_NUMBER.test(value);
  // Where the words would be read as a number or a truth value, quotes are put all the same.
  scalar.type = isPlain ? "PLAIN" : "QUOTE_DOUBLE";
}

function isWide(node: YAML.YAMLMap | YAML.YAMLSeq, depth: number): boolean {
  const [start, , end] = node.range ?? [0, 0, 0];
  // An empty collection has no block form.
  return node.items.length > 0 && 2 * depth + (end - start) > FLOW_WIDTH;
}
