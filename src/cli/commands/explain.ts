/** `sandbox explain`: what a diagnostic means. */

import { command } from "../command.ts";

export default command<[code: string], object>({
  name: "explain",
  group: "specs",
  description: "explain a diagnostic, with a wrong and a right spec",
  arguments: [
    { usage: "<code>", description: "code of a diagnostic, such as SBX2103", completes: null },
  ],
  options: [],
  examples: [["explain SBX2103", "a wrong and a right spec"]],
  run: async (_, code) => (await import("../explain.ts")).run(code),
});
