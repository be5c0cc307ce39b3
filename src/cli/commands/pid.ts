/** `sandbox pid`: any process of this machine. */

import { command, JSON_OPTION } from "../command.ts";
import type { PidOptions } from "../pid.ts";

export default command<[pid: string], PidOptions>({
  name: "pid",
  group: "looks",
  description: "any process of this machine: its PID at every level, its namespaces, whose it is",
  arguments: [
    {
      usage: "<pid>",
      description: "here, or RUN/PATH, or RUN/PATH:N for PID N in that sandbox",
      completes: "processes",
    },
  ],
  options: [
    {
      flags: "--from <process>",
      completes: "processes",
      description: "a PID here, or RUN/PATH: <pid> is one in its PID namespace",
    },
    JSON_OPTION,
  ],
  examples: [
    ["pid 4711", "its PID at every level, its namespaces, its container"],
    ["pid 7 --from demo/outer", "which process is PID 7 in that sandbox"],
    ["pid 7 --from 4711", "or in the PID namespace of process 4711"],
  ],
  run: async (options, pid) => (await import("../pid.ts")).run(pid, options),
});
