/** `sandbox check`: the mistakes in specs. */

import type { CheckOptions } from "../check.ts";
import { ALLOW_INCLUDE, command, formatOptions, PARAM } from "../command.ts";

export default command<[files: readonly string[]], CheckOptions>({
  name: "check",
  group: "specs",
  description: "find every mistake in specs, without starting anything",
  arguments: [
    {
      usage: "[files...]",
      description:
        "specs, folders of them, or - for standard input; without one, those of the project",
      completes: "files",
    },
  ],
  options: [
    ...formatOptions(["human", "json", "sarif", "github"], "format of the diagnostics"),
    { flags: "--deny-warnings", description: "exit 2 also if there are only warnings" },
    PARAM,
    ALLOW_INCLUDE,
  ],
  examples: [
    ["check", "sandbox.yaml and all in sandboxes, here or in the nearest folder above"],
    ["check a.yaml -p depth=5", "with a parameter"],
    ["check --format github", "annotations for a pull request"],
  ],
  run: async (options, files) => (await import("../check.ts")).run(files, options),
});
