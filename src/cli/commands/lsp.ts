/** `sandbox lsp`: the language server. */

import { ALLOW_INCLUDE, command } from "../command.ts";
import type { LspOptions } from "../lsp.ts";

export default command<[], LspOptions>({
  name: "lsp",
  group: "specs",
  description: "language server for specs, on standard input and output; see docs/editors.md",
  arguments: [],
  options: [
    {
      flags: "--stdio",
      description: "accepted because editors give it; there is no other transport",
    },
    ALLOW_INCLUDE,
  ],
  examples: [],
  run: async (options) => (await import("../lsp.ts")).run(options),
});
