/** `sandbox version`: the version. */

import pkg from "../../../package.json" with { type: "json" };
import { EXIT } from "../../base/exit-codes.ts";
import { command, type Formatted, formatOptions } from "../command.ts";

export default command<[], Formatted>({
  name: "version",
  group: "host",
  description: "print the version",
  arguments: [],
  options: formatOptions(["text", "json"]),
  examples: [["version --json", "for scripts"]],
  run: async ({ format }) => {
    const { STDOUT, write } = await import("../terminal.ts");
    const { version } = pkg;
    write(STDOUT, format === "json" ? `${JSON.stringify({ version })}\n` : `${version}\n`);
    return EXIT.ok;
  },
});
