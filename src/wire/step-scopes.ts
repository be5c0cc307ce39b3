/** Whom a failed step of the shim speaks of; the one place that sorts them. Pure. */

import { ENUMS, type Step } from "./enums.ts";

/** `image`: the plan image is none; `host`: this host cannot; `process`: one process as written. */
export type StepScope = "image" | "host" | "process";

/** Each step that is not here speaks of the host: it is not the spec's mistake. */
const SCOPES: Readonly<Partial<Record<Step, StepScope>>> = {
  image_open: "image",
  image_size: "image",
  image_magic: "image",
  image_version: "image",
  image_section: "image",
  image_record: "image",
  stdin_open: "process",
  stdout_open: "process",
  stderr_open: "process",
  limits: "process",
  groups: "process",
  gid: "process",
  uid: "process",
  cwd: "process",
  exec: "process",
};

export function scopeOf(step: Step): StepScope {
  return SCOPES[step] ?? "host";
}

/** `native/gen/step-scopes.gen.h`: for each step, in order, an element of an array. */
export function stepScopesHeader(): string {
  return [
    "/* Generated from src/wire/step-scopes.ts by `npm run gen`; do not edit. */",
    ...ENUMS.step.map((step) => `SCOPE_${scopeOf(step).toUpperCase()}, /* ${step} */`),
    "",
  ].join("\n");
}
