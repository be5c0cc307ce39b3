/** `sandbox ls`: list running sandboxes. */

import { command, type Formatted, formatOptions } from "../command.ts";

export default command<[], Formatted<"table" | "json">>({
  name: "ls",
  group: "looks",
  description: "list running sandboxes",
  arguments: [],
  options: formatOptions(["table", "json"]),
  examples: [["ls --json", "for scripts"]],
  run: async (options) => (await import("../live.ts")).list(options),
});
