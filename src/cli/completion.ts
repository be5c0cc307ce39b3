/** `sandbox completion SHELL`: a script that completes commands, options, values, runs and specs. */

import type { Command } from "commander";
import { EXIT } from "../base/exit-codes.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

interface Words {
  readonly name: string;
  readonly description: string;
  readonly takesFiles: boolean;
  readonly options: readonly { readonly name: string; readonly choices: readonly string[] }[];
}

/** Commands whose argument is a run that is going on, and arguments and options that are files. */
const OF_RUNS = ["ps", "top", "report"];
const OF_FILES = ["file", "files", "what", "before", "after", "output"];
const RUNS = "sandbox ls 2>/dev/null | sed '1d; s/ .*//'";

export async function run(shell: string, program: Command): Promise<number> {
  const words = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    takesFiles: command.registeredArguments.some((each) => OF_FILES.includes(each.name())),
    options: command.options.flatMap(({ long, argChoices = [] }) =>
      long ? [{ name: long, choices: argChoices }] : [],
    ),
  }));
  const script = SCRIPTS[shell];
  if (script === undefined) {
    write(STDERR, `there is no completion for "${shell}": choose bash, zsh or fish\n`);
    return EXIT.usage;
  }
  write(STDOUT, script(words));
  return EXIT.ok;
}

const SCRIPTS: Readonly<Record<string, (words: readonly Words[]) => string>> = { bash, zsh, fish };

function names(words: readonly Words[]): string {
  return words.map(({ name }) => name).join(" ");
}

function bash(words: readonly Words[]): string {
  const cases = words.flatMap(({ name, options, takesFiles }) => {
    const all = options.map((each) => each.name).join(" ");
    const runs = OF_RUNS.includes(name) ? `words="$(${RUNS})" ` : "";
    const action = `${runs}${takesFiles ? "files=yes " : ""}`;
    return [
      ...options.flatMap((each) =>
        each.choices.length > 0
          ? [`"${name} ${each.name} "*) words="${each.choices.join(" ")}"`]
          : [],
      ),
      `"${name} "*" -"*) words="${all}"`,
      ...(action === "" ? [] : [`"${name} "*) ${action.trimEnd()}`]),
    ];
  });
  return `# source <(sandbox completion bash)
_sandbox() {
  local current=\${COMP_WORDS[COMP_CWORD]} words= files=
  local place="\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD - 1]} $current"
  if [ "$COMP_CWORD" -eq 1 ]; then place=command; fi
  case $place in
    command | "help "*) words="${names(words)}" ;;
    *" -o "* | *" --output "*) files=yes ;;
    "completion "*) words="bash zsh fish" ;;
${cases.map((each) => `    ${each} ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _sandbox sandbox
`;
}

function zsh(words: readonly Words[]): string {
  return `#compdef sandbox
# source <(sandbox completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(words).split("\n").slice(1).join("\n")}`;
}

function fish(words: readonly Words[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
  const lines = words.flatMap(({ name, description, options }) => [
    `complete -c sandbox -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ...options.map(({ name: option, choices }) => {
      const values = choices.length > 0 ? ` -x -a ${quoted(choices.join(" "))}` : "";
      return `complete -c sandbox -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}${values}`;
    }),
  ]);
  const filesOf = words.filter(({ takesFiles }) => takesFiles).map(({ name }) => name);
  const noFiles = `complete -c sandbox -n 'not __fish_seen_subcommand_from ${filesOf.join(" ")}; and not __fish_seen_argument -s o -l output' -f`;
  const runs = `complete -c sandbox -n '__fish_seen_subcommand_from ${OF_RUNS.join(" ")}' -a "(${RUNS})"`;
  const shells =
    "complete -c sandbox -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'";
  return `# sandbox completion fish | source\n${[...lines, noFiles, runs, shells].join("\n")}\n`;
}
