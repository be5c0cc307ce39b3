/** `sandbox schema`: the JSON Schema of specs. */

import { command } from "../command.ts";

export default command<[], object>({
  name: "schema",
  group: "specs",
  description: "print the JSON Schema of specs, for editors",
  arguments: [],
  options: [],
  examples: [["schema > schema.json", "name it in a spec: # yaml-language-server: $schema=…"]],
  run: async () => (await import("../schema.ts")).run(),
});
