/** `sandbox ps`: the report of a run. */

import { ALL, command, type Formatted, formatOptions } from "../command.ts";

interface PsOptions extends Formatted<"table" | "tree" | "json" | "csv"> {
  readonly all?: true;
}

export default command<[name: string | undefined], PsOptions>({
  name: "ps",
  group: "looks",
  description: "show the processes of a running sandbox",
  arguments: [
    { usage: "[name]", description: "name of the run (default: the only one)", completes: "runs" },
  ],
  options: [...formatOptions(["table", "tree", "json", "csv"]), ALL],
  examples: [
    ["ps", "the one run that there is"],
    ["ps demo --all", "no row folded, no level left out, no command cut"],
    ["ps demo --json", "for scripts: the report, as `sandbox report` has it"],
  ],
  run: async (options, name) => (await import("../live.ts")).report(name, options),
});
