/** `sandbox up`: runs a spec. */

import { ALL, ALLOW_INCLUDE, command, PARAM } from "../command.ts";
import { REPORT_FORMATS } from "../render.ts";
import type { UpOptions } from "../up-options.ts";

export default command<[file: string | undefined], UpOptions>({
  name: "up",
  group: "runs",
  description: "check, plan and run a spec or a plan image, and report every PID",
  arguments: [
    {
      usage: "[file]",
      description: "spec or plan image, or - for standard input; without one, sandbox.yaml",
      completes: "files",
    },
  ],
  options: [
    {
      flags: "--json",
      description:
        "print JSON Lines: a report when started, one when ended; output of processes goes to stderr",
    },
    {
      flags: "--for <duration>",
      completes: ["0s", "2s", "10s", "1m"],
      description: "stop this long after everything has started",
    },
    {
      flags: "--report <format>",
      description:
        "format of the reports; of those for programs (json, csv, dot, …) only the last is printed, and output of processes goes to stderr",
      choices: REPORT_FORMATS,
      fallback: "table",
    },
    ALL,
    {
      flags: "--canonical",
      description: "mask what differs from run to run: PIDs of level 0, times, host",
    },
    {
      flags: "--trace",
      description: "record every fork, exec and exit for the last report",
    },
    PARAM,
    ALLOW_INCLUDE,
    { flags: "--name <name>", description: "name of the run (default: that of the sandbox)" },
    {
      flags: "--exit-code-from <path>",
      completes: "paths",
      description: "exit with the code of this process (128 + n for signal n)",
    },
  ],
  examples: [
    ["up demo.yaml", "until it ends, or Ctrl-C stops it in order; a second one kills"],
    ["up demo.yaml --for 2s --report tree", "stops two seconds after all has started"],
    ["up demo.yaml --for 0s --json | head -1", "only the first report"],
    ["up demo.yaml --trace --report timeline", "every fork, exec and exit"],
    ["up demo.yaml -p workers=9 --name nine", "with a parameter, under a name of its own"],
  ],
  run: async (options, file) => {
    const spec = file ?? (await import("../spec-files.ts")).projectSpec();
    return (await import("../up.ts")).run(spec, options);
  },
});
