/** `sandbox doctor`: what this host can do. */

import { ALLOW_INCLUDE, command, formatOptions, PARAM } from "../command.ts";
import type { DoctorOptions } from "../doctor.ts";

export default command<[file: string | undefined], DoctorOptions>({
  name: "doctor",
  group: "host",
  description: "try what this host can do; with a spec, whether it can run here",
  arguments: [
    {
      usage: "[file]",
      description: "spec or plan image: its sandboxes are made, its programs are not started",
      completes: "files",
    },
  ],
  options: [...formatOptions(["text", "json"]), PARAM, ALLOW_INCLUDE],
  examples: [
    ["doctor", "each feature tried; what fails, why, the mend"],
    ["doctor demo.yaml", "and whether its sandboxes can be had here"],
  ],
  run: async (options, file) => (await import("../doctor.ts")).run(file, options),
});
