/** `sandbox ps`: the report of a run. */

import { ALL, command } from "../command.ts";

export default command<[name: string | undefined], { readonly all?: true }>({
  name: "ps",
  group: "looks",
  description: "show the processes of a running sandbox",
  arguments: [
    { usage: "[name]", description: "name of the run (default: the only one)", completes: "runs" },
  ],
  options: [ALL],
  examples: [
    ["ps", "the one run that there is"],
    ["ps demo --all", "no row folded, no level left out, no command cut"],
  ],
  run: async (options, name) =>
    (await import("../live.ts")).report(name, { format: "table", ...options }),
});
