/** `sandbox completion SHELL`: a script that completes commands, options and specs. */

import type { Command } from "commander";
import { STDERR, STDOUT, write } from "./terminal.ts";

interface Words {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
}

export async function run(shell: string, program: Command): Promise<number> {
  const words = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap(({ long }) => (long ? [long] : [])),
  }));
  const script = SCRIPTS[shell];
  if (script === undefined) {
    write(STDERR, `there is no completion for "${shell}": choose bash, zsh or fish\n`);
    return 64;
  }
  write(STDOUT, script(words));
  return 0;
}

const SCRIPTS: Readonly<Record<string, (words: readonly Words[]) => string>> = { bash, zsh, fish };

function cases(words: readonly Words[]): string {
  return words
    .map(({ name, options }) => `    ${name}) options="${options.join(" ")}" ;;`)
    .join("\n");
}

function names(words: readonly Words[]): string {
  return words.map(({ name }) => name).join(" ");
}

function bash(words: readonly Words[]): string {
  return `# source <(sandbox completion bash)
_sandbox() {
  local current=\${COMP_WORDS[COMP_CWORD]} options=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names(words)}" -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases(words)}
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -F _sandbox sandbox
`;
}

function zsh(words: readonly Words[]): string {
  return `#compdef sandbox
# source <(sandbox completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(words).split("\n").slice(1).join("\n")}`;
}

function fish(words: readonly Words[]): string {
  const lines = words.flatMap(({ name, description, options }) => [
    `complete -c sandbox -n __fish_use_subcommand -f -a ${name} -d '${description.replaceAll("'", "")}'`,
    ...options.map(
      (option) =>
        `complete -c sandbox -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
    ),
  ]);
  return `# sandbox completion fish | source\n${lines.join("\n")}\n`;
}
