/** `sandbox plan`: what will be done. */

import { ALL, ALLOW_INCLUDE, command, formatOptions, PARAM } from "../command.ts";
import type { PlanOptions } from "../plan.ts";

export default command<[file: string | undefined], PlanOptions>({
  name: "plan",
  group: "runs",
  description: "show what will be done, in order, and the PID of every process at every level",
  arguments: [
    {
      usage: "[file]",
      description: "spec or plan image, or - for standard input; without one, sandbox.yaml",
      completes: "files",
    },
  ],
  options: [
    ...formatOptions(
      ["text", "json"],
      "format of the plan; json is canonical, the same bytes on every machine",
    ),
    ALL,
    {
      flags: "-o, --output <file>",
      completes: "files",
      description: "write the plan image that `up` and the shim run",
    },
    PARAM,
    ALLOW_INCLUDE,
  ],
  examples: [
    ["plan demo.yaml", "what will be done, and every PID"],
    ["plan demo.yaml --json | sha256sum", "the same on every machine"],
    ["plan demo.yaml -o demo.plan", "an image; `sandbox up demo.plan` runs it"],
  ],
  run: async (options, file) => {
    const spec = file ?? (await import("../spec-files.ts")).projectSpec();
    return (await import("../plan.ts")).run(spec, options);
  },
});
