/** Names in a spec that a command line can have: what a completion script asks for. I/O: reads the spec. */

import { checkSpec } from "../check/check.ts";
import { compileInputs, readSpecFile } from "../engine/compile-inputs.ts";
import { planOf } from "../plan/plan-of.ts";
import { entriesOf, get } from "../spec/node.ts";
import { readSpec } from "../spec/read.ts";
import { projectSpec } from "./spec-files.ts";

const NO_OPTIONS = { param: {}, allowInclude: [] } as const;

/** `NAME=` for each parameter, or the path of each process; empty where the spec says none or is wrong. */
export function specNames(kind: "params" | "paths", named: string): readonly string[] {
  const file = named === "" ? projectSpec() : named;
  const read = readSpecFile(file, NO_OPTIONS);
  if (!read.ok) return [];
  const text = new TextDecoder().decode(read.bytes);
  if (kind === "params") {
    return entriesOf(get(readSpec(file, text).root, "params")).map(({ key }) => `${key}=`);
  }
  const { ir } = checkSpec({ file, text }, compileInputs(file, NO_OPTIONS));
  return ir === null ? [] : planOf(ir).slots.map(({ path }) => path);
}
