/** Prints `schema.json` for editors: draft-07, from the one schema. Pure. */

import { definitions } from "./schema.ts";

/** The whole file, with a final newline. */
export function jsonSchemaText(): string {
  const { Spec, ...others } = definitions;
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "sandbox spec",
    ...(plain(Spec) as object),
    definitions: plain(others),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Without what is TypeBox's own, and with references in the form that editors read. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => {
      if (key === "$ref") return [[key, `#/definitions/${String(child)}`]];
      if (key.startsWith("~")) return [];
      return [[key, plain(child)]];
    }),
  );
}
