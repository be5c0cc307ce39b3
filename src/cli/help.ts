/** What `--help` teaches beyond a list: commands by purpose, and examples of each. */

import type { Command } from "commander";

type Example = readonly [command: string, what: string];

interface Lesson {
  readonly group: string;
  readonly examples: readonly Example[];
}

const SPECS = "Write specs:";
const RUNS = "Run them:";
const LOOKS = "See what runs:";
const HOST = "This host and shell:";

const LESSONS: Readonly<Record<string, Lesson>> = {
  init: {
    group: SPECS,
    examples: [["init demo", "writes demo.yaml, to be run with `sandbox up demo.yaml`"]],
  },
  check: {
    group: SPECS,
    examples: [
      ["check", "all of sandboxes/*.yaml"],
      ["check a.yaml -p depth=5", "with a parameter"],
      ["check --format github", "annotations for a pull request"],
    ],
  },
  fmt: {
    group: SPECS,
    examples: [
      ["fmt", "all of sandboxes/*.yaml, in place"],
      ["fmt --check", "for CI: changes nothing, fails if something would change"],
      ["fmt - < a.yaml", "to standard output, for editors"],
    ],
  },
  explain: { group: SPECS, examples: [["explain SBX2103", "a wrong and a right spec"]] },
  schema: {
    group: SPECS,
    examples: [["schema > schema.json", "name it in a spec: # yaml-language-server: $schema=…"]],
  },
  lsp: { group: SPECS, examples: [] },
  plan: {
    group: RUNS,
    examples: [
      ["plan demo.yaml", "what will be done, and every PID"],
      ["plan demo.yaml --json | sha256sum", "the same on every machine"],
      ["plan demo.yaml -o demo.plan", "an image; `sandbox up demo.plan` runs it"],
    ],
  },
  diff: {
    group: RUNS,
    examples: [
      ["diff old.yaml new.yaml", "what would be done otherwise"],
      ["diff before.json after.json", "two kept reports: who is new, gone, renumbered"],
    ],
  },
  up: {
    group: RUNS,
    examples: [
      ["up demo.yaml", "until it ends, or Ctrl-C stops it in order; a second one kills"],
      ["up demo.yaml --for 2s --report tree", "stops two seconds after all has started"],
      ["up demo.yaml --for 0s --json | head -1", "only the first report"],
      ["up demo.yaml --trace --report timeline", "every fork, exec and exit"],
      ["up demo.yaml -p workers=9 --name nine", "with a parameter, under a name of its own"],
    ],
  },
  ls: { group: LOOKS, examples: [["ls --json", "for scripts"]] },
  ps: {
    group: LOOKS,
    examples: [
      ["ps", "the one run that there is"],
      ["ps demo --all", "no row folded, no level left out, no command cut"],
    ],
  },
  top: {
    group: LOOKS,
    examples: [["top demo", "s sorts, / filters, arrows scroll, g and G go to the ends, q quits"]],
  },
  report: {
    group: LOOKS,
    examples: [
      ["report demo --format html -o demo.html", "one file: boxes, search, print"],
      ["report demo --format dot | dot -Tpng > demo.png", "a picture by Graphviz"],
      ["up demo.yaml --json > demo.json", "keep the reports of a run"],
      ["up demo.yaml --json --for 0s | sandbox report - --format tree", "through a pipe"],
      ["report demo.json --format svg > demo.svg", "its last report, as a picture"],
      ["report demo.json --canonical --format json", "what a rerun must have equal"],
    ],
  },
  pid: {
    group: LOOKS,
    examples: [
      ["pid 4711", "its PID at every level, its namespaces, its container"],
      ["pid 7 --from demo/outer", "which process is PID 7 in that sandbox"],
      ["pid 7 --from 4711", "or in the PID namespace of process 4711"],
    ],
  },
  capture: {
    group: LOOKS,
    examples: [
      ["capture 4711", "a spec of what is at and below it"],
      ["capture demo/outer -o outer.yaml", "of a sandbox of a run, into a new file"],
    ],
  },
  doctor: {
    group: HOST,
    examples: [
      ["doctor", "each feature tried; what fails, why, the mend"],
      ["doctor demo.yaml", "and whether its sandboxes can be had here"],
    ],
  },
  completion: {
    group: HOST,
    examples: [
      ["completion bash", "into ~/.local/share/bash-completion/completions/sandbox"],
      ["completion zsh", "into a directory of $fpath, as _sandbox"],
      ["completion fish", "into ~/.config/fish/completions/sandbox.fish"],
    ],
  },
  version: { group: HOST, examples: [] },
};

export function teach(program: Command): void {
  program
    .commandsGroup(HOST)
    .helpCommand("help [command]", "the options of a command, with examples");
  for (const command of program.commands) {
    const lesson = LESSONS[command.name()];
    if (lesson === undefined) continue;
    command.helpGroup(lesson.group);
    if (lesson.examples.length > 0) {
      const lines = lesson.examples.map(([text, what]) => `  sandbox ${text}\n      ${what}`);
      command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
    }
  }
}
