/** `sandbox init`: a spec to begin with. */

import { command } from "../command.ts";

export default command<[name: string], object>({
  name: "init",
  group: "specs",
  description: "write a commented spec to begin with",
  arguments: [
    {
      usage: "[name]",
      description: "name of the sandbox, and of the file NAME.yaml",
      fallback: "sandbox",
      completes: null,
    },
  ],
  options: [],
  examples: [["init demo", "writes demo.yaml, to be run with `sandbox up demo.yaml`"]],
  run: async (_, name) => (await import("../init.ts")).run(name),
});
