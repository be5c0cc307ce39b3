/** `sandbox ls`: list running sandboxes. */

import { command, JSON_OPTION } from "../command.ts";

export default command<[], { readonly json?: true }>({
  name: "ls",
  group: "looks",
  description: "list running sandboxes",
  arguments: [],
  options: [JSON_OPTION],
  examples: [["ls --json", "for scripts"]],
  run: async (options) => (await import("../live.ts")).list(options),
});
