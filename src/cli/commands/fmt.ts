/** `sandbox fmt`: the one layout. */

import { command } from "../command.ts";

export default command<[files: readonly string[]], { readonly check?: true }>({
  name: "fmt",
  group: "specs",
  description: "give specs the one layout, in place; comments and anchors stay",
  arguments: [
    {
      usage: "[files...]",
      description: "specs, or - for standard input; without one, all of sandboxes/*.yaml",
      completes: "files",
    },
  ],
  options: [{ flags: "--check", description: "change nothing; exit 1 if a file would be changed" }],
  examples: [
    ["fmt", "all of sandboxes/*.yaml, in place"],
    ["fmt --check", "for CI: changes nothing, fails if something would change"],
    ["fmt - < a.yaml", "to standard output, for editors"],
  ],
  run: async (options, files) => (await import("../fmt.ts")).run(files, options),
});
