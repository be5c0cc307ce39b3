/** Writes the generated files, or with --check says which are stale. Run by `npm run gen`. */

import { pagesText } from "../diag/pages.ts";
import { reportSchemaText } from "../report/schema.ts";
import { comingFromText } from "../spec/coming-from.ts";
import { definitionsText, jsonSchemaText } from "../spec/json-schema.ts";
import { referenceText } from "../spec/reference.ts";
import { definitions } from "../spec/schema.ts";
import { layoutHeader } from "../wire/header.ts";
import { tablesHeader } from "../wire/tables-header.ts";
import { COMMANDS } from "./command-list.ts";
import { manualPages } from "./manual.ts";

const generated: Readonly<Record<string, () => string>> = {
  "native/gen/layout.gen.h": layoutHeader,
  "native/gen/tables.gen.h": tablesHeader,
  "src/spec/definitions.gen.json": () => definitionsText(definitions),
  "schema.json": () => jsonSchemaText(definitions),
  "docs/diagnostics.md": pagesText,
  "docs/coming-from.md": comingFromText,
  "docs/report.schema.json": reportSchemaText,
  "docs/spec.md": () => referenceText(definitions),
  ...Object.fromEntries(
    Object.entries(manualPages(COMMANDS, definitions)).map(([path, text]) => [path, () => text]),
  ),
};

const isCheck = process.argv.includes("--check");
let stale = 0;
for (const [path, text] of Object.entries(generated)) {
  const file = Bun.file(new URL(`../../${path}`, import.meta.url));
  if ((await file.exists()) && (await file.text()) === text()) continue;
  stale++;
  if (!isCheck) await Bun.write(file, text());
  console.error(`${path}: ${isCheck ? "stale; run `npm run gen`" : "written"}`);
}
process.exit(isCheck && stale > 0 ? 1 : 0);
