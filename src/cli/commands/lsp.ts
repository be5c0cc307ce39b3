/** `sandbox lsp`: the language server. */

import { command } from "../command.ts";

export default command<[], object>({
  name: "lsp",
  group: "specs",
  description: "language server for specs, on standard input and output; see docs/editors.md",
  arguments: [],
  options: [
    { flags: "--stdio", description: "accepted, as editors give it; there is no other way" },
  ],
  examples: [],
  run: async () => (await import("../lsp.ts")).run(),
});
