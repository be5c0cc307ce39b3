/** `sandbox top`: a run, live. */

import { command } from "../command.ts";

export default command<[name: string | undefined], object>({
  name: "top",
  group: "looks",
  description: "watch a running sandbox: s sorts, / filters, q quits",
  arguments: [
    { usage: "[name]", description: "name of the run (default: the only one)", completes: "runs" },
  ],
  options: [],
  examples: [["top demo", "s sorts, / filters, arrows scroll, g and G go to the ends, q quits"]],
  run: async (_, name) => (await import("../watch.ts")).run(name),
});
