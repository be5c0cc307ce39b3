/** `sandbox capture`: a spec of what runs. */

import type { CaptureOptions } from "../capture.ts";
import { command } from "../command.ts";

export default command<[pid: string], CaptureOptions>({
  name: "capture",
  group: "looks",
  description: "a spec that makes the sandboxes and processes at and below a PID again",
  arguments: [
    {
      usage: "<pid>",
      description: "here, or RUN/PATH of a run that is going on",
      completes: "processes",
    },
  ],
  options: [
    { flags: "-o, --output <file>", completes: "files", description: "write it to a new file" },
    { flags: "--env", description: "with the environments that were found; they may hold secrets" },
    {
      flags: "--forked",
      description: "what was forked as processes of its own; else its parents fork it again",
    },
  ],
  examples: [
    ["capture 4711", "a spec of what is at and below it"],
    ["capture demo/outer -o outer.yaml", "of a sandbox of a run, into a new file"],
  ],
  run: async (options, pid) => (await import("../capture.ts")).run(pid, options),
});
