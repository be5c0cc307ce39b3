/** Prints `schema.json` for editors: draft-07, from the one schema. Pure. */

/** Definitions and fields that are read before any `${…}` has a value. */
const NO_EXPRESSIONS: ReadonlySet<string> = new Set([
  "Param",
  "Library",
  "sandbox",
  "include",
  "matrix",
  "use",
]);

/** What is in text may stand for any scalar. */
const EXPRESSION = { type: "string", pattern: "\\$\\{" };

/** Keywords that stay outside of an `anyOf`, where editors look for them. */
const ABOUT: ReadonlySet<string> = new Set(["description", "default", "examples"]);

/** The whole file, with a final newline. `definitions` as in `schema.ts` or made from it. */
export function jsonSchemaText(definitions: Readonly<Record<string, unknown>>): string {
  const plainOnes = JSON.parse(definitionsText(definitions)) as Record<string, object>;
  const { Spec, ...others } = plainOnes;
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "sandbox spec",
    ...(plain(Spec, true) as object),
    definitions: map(others, true),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** What TypeBox writes for the keys of a record of strings. */
const ANY_KEY = "^.*$";

function map(schemas: object, open: boolean): object {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      // The keys of a record; `x-` keys are the author's in every map.
      name === ANY_KEY ? "^(?!x-)" : name,
      plain(schema, open && !NO_EXPRESSIONS.has(name)),
    ]),
  );
}

/** With references as editors read them, and with `${…}` allowed. */
function plain(schema: unknown, open: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((each) => plain(each, open));
  if (schema === null || typeof schema !== "object") return schema;
  const entries = Object.entries(schema).flatMap(([key, child]): [string, unknown][] => {
    if (key === "$ref") return [[key, `#/definitions/${String(child)}`]];
    if (key === "examples" || key === "default" || key === "enum") return [[key, child]];
    if (key === "properties" || key === "patternProperties") return [[key, map(child, open)]];
    // The branches of a union share one way out.
    if (key === "anyOf") return [[key, [...branches(child, open), ...(open ? [EXPRESSION] : [])]]];
    return [[key, plain(child, open)]];
  });
  return open && isClosedScalar(schema) ? withExpression(entries) : Object.fromEntries(entries);
}

function branches(list: readonly unknown[], open: boolean): unknown[] {
  return list.map((each) => {
    const isScalar = isClosedScalar(each);
    return plain(each, open && !isScalar);
  });
}

/** A scalar that would refuse the text of an expression. */
function isClosedScalar(schema: unknown): boolean {
  const { type, enum: values, pattern, maxLength } = schema as Record<string, unknown>;
  if (type === "integer" || type === "number" || type === "boolean") return true;
  return type === "string" && [values, pattern, maxLength].some((each) => each !== undefined);
}

function withExpression(entries: readonly [string, unknown][]): object {
  const about = entries.filter(([key]) => ABOUT.has(key));
  const own = Object.fromEntries(entries.filter(([key]) => !ABOUT.has(key)));
  return { ...Object.fromEntries(about), anyOf: [own, EXPRESSION] };
}

/** `definitions.gen.json`: the same parts without what is the schema library's own. */
export function definitionsText(definitions: Readonly<Record<string, unknown>>): string {
  const own = (key: string, value: unknown) => (key.startsWith("~") ? undefined : value);
  return `${JSON.stringify(definitions, own, 2)}\n`;
}
