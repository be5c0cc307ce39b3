/** `sandbox schema`: the JSON Schema that editors read. */

import { EXIT } from "../base/exit-codes.ts";
import { definitions } from "../spec/definitions.ts";
import { jsonSchemaText } from "../spec/json-schema.ts";
import { STDOUT, write } from "./terminal.ts";

export async function run(): Promise<number> {
  write(STDOUT, jsonSchemaText(definitions));
  return EXIT.ok;
}
