/** `sandbox version`: the version. */

import pkg from "../../../package.json" with { type: "json" };
import { EXIT } from "../../base/exit-codes.ts";
import { command } from "../command.ts";

export default command<[], object>({
  name: "version",
  group: "host",
  description: "print the version",
  arguments: [],
  options: [],
  examples: [],
  run: async () => {
    const { STDOUT, write } = await import("../terminal.ts");
    write(STDOUT, `${pkg.version}\n`);
    return EXIT.ok;
  },
});
