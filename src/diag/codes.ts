/**
 * Registry of every diagnostic the tool can emit, with what `sandbox explain` says of it. Pure.
 *
 * The first digit is the stage: 1 YAML, 2 spec, 3 host, 4 run, 5 expectations. A code is never
 * used again for something else.
 */

import type { CodePage } from "./code-page.ts";
import { namespacesCodes } from "./codes-namespaces.ts";
import { pidsCodes } from "./codes-pids.ts";
import { referencesCodes } from "./codes-references.ts";
import { runCodes } from "./codes-run.ts";
import { structureCodes } from "./codes-structure.ts";
import { valuesCodes } from "./codes-values.ts";
import { warningsCodes } from "./codes-warnings.ts";
import { yamlCodes } from "./codes-yaml.ts";

export const codes = {
  ...yamlCodes,
  ...structureCodes,
  ...referencesCodes,
  ...pidsCodes,
  ...valuesCodes,
  ...namespacesCodes,
  ...warningsCodes,
  ...runCodes,
} as const satisfies Record<string, CodePage>;

export type Code = keyof typeof codes;
