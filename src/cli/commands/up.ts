/** `sandbox up`: runs a spec. */

import { ALL, ALLOW_INCLUDE, command, PARAM } from "../command.ts";
import { UP_FORMATS, type UpFormat } from "../render.ts";
import type { UpOptions } from "../up-options.ts";

export default command<[file: string | undefined], UpOptions & { readonly report?: UpFormat }>({
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
      flags: "--format <format>",
      description:
        "format of the reports; for programs (json, csv, dot, …) only the last is printed, or both as lines (jsonl), and output of processes goes to stderr",
      choices: UP_FORMATS,
      fallback: UP_FORMATS[0],
    },
    { flags: "--json", description: "short for --format jsonl", implies: { format: "jsonl" } },
    { flags: "--report <format>", description: "the same as --format", choices: UP_FORMATS },
    {
      flags: "--for <duration>",
      completes: ["0s", "2s", "10s", "1m"],
      description: "stop this long after everything has started",
    },
    { flags: "-q, --quiet", description: "no reports for people, and no progress" },
    {
      flags: "-v, --verbose",
      description: "a JSON line on stderr for each step of the native shim",
    },
    {
      flags: "--no-prefix",
      description: "output of processes without their names before each line",
    },
    { flags: "--timestamps", description: "the time before each line of output" },
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
    ["up demo.yaml --for 2s --format tree", "stops two seconds after all has started"],
    ["up demo.yaml --for 0s --json | head -1", "only the first report"],
    ["up demo.yaml --trace --format timeline", "every fork, exec and exit"],
    ["up demo.yaml -p workers=9 --name nine", "with a parameter, under a name of its own"],
  ],
  run: async ({ report, ...options }, file) => {
    const spec = file ?? (await import("../spec-files.ts")).projectSpec();
    return (await import("../up.ts")).run(spec, { ...options, format: report ?? options.format });
  },
});
