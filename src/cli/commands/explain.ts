/** `sandbox explain`: what a diagnostic means. */

import { command, type Formatted, formatOptions } from "../command.ts";

export default command<[code: string | undefined], Formatted>({
  name: "explain",
  group: "specs",
  description: "explain a diagnostic, with a wrong and a right spec",
  arguments: [
    {
      usage: "[code]",
      description: "code such as SBX2103, or its name; the beginning of one, or none: a list",
      completes: "codes",
    },
  ],
  options: formatOptions(["text", "json"]),
  examples: [
    ["explain SBX2103", "a wrong and a right spec"],
    ["explain 4", "all that can go wrong in a run"],
  ],
  run: async (options, code) => (await import("../explain.ts")).run(code, options),
});
