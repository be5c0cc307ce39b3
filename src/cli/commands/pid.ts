/** `sandbox pid`: any process of this machine. */

import { command, formatOptions } from "../command.ts";
import type { PidOptions } from "../pid.ts";

export default command<[pid: string], PidOptions>({
  name: "pid",
  group: "looks",
  description: "look up any process: its PID at every level, its namespaces, its owner",
  arguments: [
    {
      usage: "<pid>",
      description: "a PID of this machine, or RUN/PATH, or RUN/PATH:N for PID N in that sandbox",
      completes: "processes",
    },
  ],
  options: [
    {
      flags: "--from <process>",
      completes: "processes",
      description: "read <pid> as one in the PID namespace of this process: a PID, or RUN/PATH",
    },
    ...formatOptions(["text", "json"]),
  ],
  examples: [
    ["pid 4711", "its PID at every level, its namespaces, its container"],
    ["pid 7 --from demo/outer", "which process is PID 7 in that sandbox"],
    ["pid 7 --from 4711", "or in the PID namespace of process 4711"],
  ],
  run: async (options, pid) => (await import("../pid.ts")).run(pid, options),
});
