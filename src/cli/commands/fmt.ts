/** `sandbox fmt`: the one layout. */

import { ALLOW_INCLUDE, command } from "../command.ts";
import type { FmtOptions } from "../fmt.ts";

export default command<[files: readonly string[]], FmtOptions>({
  name: "fmt",
  group: "specs",
  description: "format specs in place; comments and anchors stay",
  arguments: [
    {
      usage: "[files...]",
      description:
        "specs, folders of them, or - for standard input; without one, those of the project",
      completes: "files",
    },
  ],
  options: [
    { flags: "--check", description: "change nothing; exit 1 if a file would be changed" },
    ALLOW_INCLUDE,
  ],
  examples: [
    ["fmt", "sandbox.yaml and all in sandboxes, in place"],
    ["fmt --check", "for CI: changes nothing, fails if something would change"],
    ["fmt - < a.yaml", "to standard output, for editors"],
  ],
  run: async (options, files) => (await import("../fmt.ts")).run(files, options),
});
