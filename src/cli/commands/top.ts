/** `sandbox top`: a run, live. */

import { command } from "../command.ts";

export default command<[name: string | undefined], object>({
  name: "top",
  group: "looks",
  description: "a run, live: s sorts, / filters, q quits",
  arguments: [
    { usage: "[name]", description: "of the run; without it, the only one", completes: "runs" },
  ],
  options: [],
  examples: [["top demo", "s sorts, / filters, arrows scroll, g and G go to the ends, q quits"]],
  run: async (_, name) => (await import("../watch.ts")).run(name),
});
