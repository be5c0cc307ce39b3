/** `sandbox schema`: the JSON Schema that editors read. */

import { jsonSchemaText } from "../spec/json-schema.ts";
import { STDOUT, write } from "./terminal.ts";

export async function run(): Promise<number> {
  write(STDOUT, jsonSchemaText());
  return 0;
}
