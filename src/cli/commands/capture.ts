/** `sandbox capture`: a spec of what runs. */

import type { CaptureOptions } from "../capture.ts";
import { command } from "../command.ts";

export default command<[pid: string], CaptureOptions>({
  name: "capture",
  group: "looks",
  description: "write a spec that rebuilds the sandboxes and processes at and below a PID",
  arguments: [
    {
      usage: "<pid>",
      description: "a PID of this machine, or RUN/PATH of a running process",
      completes: "processes",
    },
  ],
  options: [
    {
      flags: "-o, --output <file>",
      completes: "files",
      description: "write the spec to this file, which must not exist",
    },
    { flags: "--env", description: "include environment variables, which may hold secrets" },
    {
      flags: "--forked",
      description: "make each forked process one of the spec; otherwise its parent forks it again",
    },
  ],
  examples: [
    ["capture 4711", "a spec of what is at and below it"],
    ["capture demo/outer -o outer.yaml", "of a sandbox of a run, into a new file"],
  ],
  run: async (options, pid) => (await import("../capture.ts")).run(pid, options),
});
