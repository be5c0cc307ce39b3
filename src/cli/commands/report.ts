/** `sandbox report`: a report in any format. */

import { ALL, command } from "../command.ts";
import type { ReportOptions } from "../live.ts";
import { REPORT_FORMATS } from "../render.ts";

export default command<[what: string | undefined], ReportOptions>({
  name: "report",
  group: "looks",
  description: "a report in any format, of a run or of a file that was kept",
  arguments: [
    {
      usage: "[what]",
      description: "name of a run, or a FILE.json; without it, the only run",
      completes: "runs and files",
    },
  ],
  options: [
    {
      flags: "--format <format>",
      description: "of the report",
      choices: REPORT_FORMATS,
      fallback: "table",
    },
    ALL,
    { flags: "--canonical", description: "without what another run may have otherwise" },
    {
      flags: "--timeline",
      description: "of a traced run: what happened when; the same as --format timeline",
    },
    { flags: "--watch", description: "in place, as it changes" },
    { flags: "-o, --output <file>", completes: "files", description: "write it to a file" },
  ],
  examples: [
    ["report demo --format html -o demo.html", "one file: boxes, search, print"],
    ["report demo --format dot | dot -Tpng > demo.png", "a picture by Graphviz"],
    ["up demo.yaml --json > demo.json", "keep the reports of a run"],
    ["up demo.yaml --json --for 0s | sandbox report - --format tree", "through a pipe"],
    ["report demo.json --format svg > demo.svg", "its last report, as a picture"],
    ["report demo.json --canonical --format json", "what a rerun must have equal"],
  ],
  run: async (options, what) =>
    options.watch
      ? (await import("../watch.ts")).run(what)
      : (await import("../live.ts")).report(what, options),
});
