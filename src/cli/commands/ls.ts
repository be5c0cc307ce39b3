/** `sandbox ls`: the runs that are going on. */

import { command, JSON_OPTION } from "../command.ts";

export default command<[], { readonly json?: true }>({
  name: "ls",
  group: "looks",
  description: "the runs that are going on",
  arguments: [],
  options: [JSON_OPTION],
  examples: [["ls --json", "for scripts"]],
  run: async (options) => (await import("../live.ts")).list(options),
});
