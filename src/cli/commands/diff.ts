/** `sandbox diff`: what would change. */

import { ALLOW_INCLUDE, command, JSON_OPTION, PARAM } from "../command.ts";
import type { DiffOptions } from "../diff.ts";

export default command<[before: string, after: string], DiffOptions>({
  name: "diff",
  group: "runs",
  description: "what would change from one spec or plan to another: not text, but what is done",
  arguments: [
    { usage: "<before>", description: "spec, plan image, or report FILE.json", completes: "files" },
    { usage: "<after>", description: "the same", completes: "files" },
  ],
  options: [JSON_OPTION, PARAM, ALLOW_INCLUDE],
  examples: [
    ["diff old.yaml new.yaml", "what would be done otherwise"],
    ["diff before.json after.json", "two kept reports: who is new, gone, renumbered"],
  ],
  run: async (options, before, after) => (await import("../diff.ts")).run(before, after, options),
});
