/** `sandbox diff`: what would change. */

import { ALLOW_INCLUDE, command, formatOptions, PARAM } from "../command.ts";
import type { DiffOptions } from "../diff.ts";

export default command<[before: string, after: string], DiffOptions>({
  name: "diff",
  group: "runs",
  description: "compare what two specs or plans do, not their text",
  arguments: [
    {
      usage: "<before>",
      description: "spec, plan image, or saved report FILE.json",
      completes: "files",
    },
    { usage: "<after>", description: "what to compare it with: likewise", completes: "files" },
  ],
  options: [...formatOptions(["text", "json"]), PARAM, ALLOW_INCLUDE],
  examples: [
    ["diff old.yaml new.yaml", "what would be done otherwise"],
    ["diff before.json after.json", "two kept reports: who is new, gone, renumbered"],
  ],
  run: async (options, before, after) => (await import("../diff.ts")).run(before, after, options),
});
