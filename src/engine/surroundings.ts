/** What this program's caller brings to a spec: values of parameters, and files to include. I/O. */

import * as fs from "node:fs";
import type { Surroundings } from "../spec/expand.ts";
import type { Given } from "../spec/params.ts";

/** `given` is what `--param` says; the rest is the environment's. */
export function surroundings(given: Given): Surroundings {
  const prefix = "SANDBOX_PARAM_";
  const environment = Object.entries(process.env).flatMap(([key, value]): [string, string][] =>
    key.startsWith(prefix) && value !== undefined ? [[key.slice(prefix.length), value]] : [],
  );
  return { given, environment: Object.fromEntries(environment), load };
}

function load(path: string): string | null {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
