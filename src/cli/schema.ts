/** `sandbox schema`: the JSON Schema that editors read. */

import { definitions } from "../spec/definitions.ts";
import { jsonSchemaText } from "../spec/json-schema.ts";
import { STDOUT, write } from "./terminal.ts";

export async function run(): Promise<number> {
  write(STDOUT, jsonSchemaText(definitions));
  return 0;
}
