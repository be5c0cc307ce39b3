/** `sandbox report`: a report in any format. */

import { ALL, command, formatOptions } from "../command.ts";
import type { ReportOptions } from "../live.ts";
import { REPORT_FORMATS } from "../render.ts";

export default command<[what: string | undefined], ReportOptions>({
  name: "report",
  group: "looks",
  description: "print a report in any format, of a running sandbox or a saved FILE.json",
  arguments: [
    {
      usage: "[what]",
      description: "name of a run, or a saved FILE.json (default: the only run)",
      completes: "runs and files",
    },
  ],
  options: [
    ...formatOptions(REPORT_FORMATS, "format of the report"),
    ALL,
    {
      flags: "--canonical",
      description: "mask what differs from run to run: PIDs of level 0, times, host",
    },
    {
      flags: "--timeline",
      description: "show what happened when in a traced run; the same as --format timeline",
    },
    { flags: "--watch", description: "redraw it in place as it changes" },
    {
      flags: "-o, --output <file>",
      completes: "files",
      description: "write the report to this file",
    },
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
