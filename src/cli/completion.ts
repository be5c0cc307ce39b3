/** `sandbox completion SHELL`: a script that completes commands, options, values, runs and specs. */

import { EXIT } from "../base/exit-codes.ts";
import type { AnyCommand, Argument, Completes } from "./command.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

interface Words {
  readonly name: string;
  readonly description: string;
  readonly takesFiles: boolean;
  readonly takesRuns: boolean;
  /** What its argument can be, where that is one of a few words. */
  readonly choices: readonly string[];
  readonly options: readonly { readonly name: string; readonly choices: readonly string[] }[];
}

const RUNS = "sandbox ls 2>/dev/null | sed '1d; s/ .*//'";

export async function run(shell: string, commands: readonly AnyCommand[]): Promise<number> {
  const words = commands.map(wordsOf);
  const script = SCRIPTS[shell];
  if (script === undefined) {
    write(STDERR, `there is no completion for "${shell}": choose bash, zsh or fish\n`);
    return EXIT.usage;
  }
  write(STDOUT, script(words));
  return EXIT.ok;
}

function wordsOf({ name, description, arguments: args, options }: AnyCommand): Words {
  const completed: readonly Completes[] = args.map(({ completes }: Argument) => completes);
  const takes = (what: "files" | "runs") =>
    completed.some((each) => each === what || each === "runs and files");
  return {
    name,
    description,
    takesFiles: takes("files"),
    takesRuns: takes("runs"),
    choices: completed.flatMap((each) => (typeof each === "string" ? [] : (each ?? []))),
    options: options.flatMap(({ flags, choices = [] }) => {
      const long = /--[a-z-]+/.exec(flags)?.[0];
      return long === undefined ? [] : [{ name: long, choices }];
    }),
  };
}

const SCRIPTS: Readonly<Record<string, (words: readonly Words[]) => string>> = { bash, zsh, fish };

function names(words: readonly Words[]): string {
  return words.map(({ name }) => name).join(" ");
}

function bash(words: readonly Words[]): string {
  const cases = words.flatMap(({ name, options, takesFiles, takesRuns, choices }) => {
    const all = options.map((each) => each.name).join(" ");
    const runs = takesRuns ? `words="$(${RUNS})" ` : "";
    const own = choices.length > 0 ? `words="${choices.join(" ")}" ` : "";
    const action = `${runs}${own}${takesFiles ? "files=yes " : ""}`;
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
  const ofRuns = words.filter(({ takesRuns }) => takesRuns).map(({ name }) => name);
  const runs = `complete -c sandbox -n '__fish_seen_subcommand_from ${ofRuns.join(" ")}' -a "(${RUNS})"`;
  const own = words
    .filter(({ choices }) => choices.length > 0)
    .map(
      ({ name, choices }) =>
        `complete -c sandbox -n '__fish_seen_subcommand_from ${name}' -f -a ${quoted(choices.join(" "))}`,
    );
  return `# sandbox completion fish | source\n${[...lines, noFiles, runs, ...own].join("\n")}\n`;
}
