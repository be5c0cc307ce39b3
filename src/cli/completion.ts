/** `sandbox completion SHELL`: a script that completes commands, options, values, runs and specs. */

import { EXIT } from "../base/exit-codes.ts";
import { codes } from "../diag/codes.ts";
import {
  type AnyCommand,
  type Argument,
  COLOR,
  type CommandOption,
  type Completes,
} from "./command.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

export async function run(
  shell: string,
  commands: readonly AnyCommand[],
  spec = "",
): Promise<number> {
  if (shell === "params" || shell === "paths") {
    const { specNames } = await import("./spec-names.ts");
    write(
      STDOUT,
      specNames(shell, spec)
        .map((name) => `${name}\n`)
        .join(""),
    );
    return EXIT.ok;
  }
  const script = SCRIPTS[shell];
  if (script === undefined) {
    write(STDERR, `error: there is no completion for "${shell}": choose bash, zsh or fish\n`);
    return EXIT.usage;
  }
  write(STDOUT, script([...commands.map(wordsOf), helpWords(commands)]));
  return EXIT.ok;
}

interface Words {
  readonly name: string;
  readonly description: string;
  /** What its arguments can be; of several, all that any of them can. */
  readonly offers: Offers;
  readonly options: readonly OptionWords[];
}

interface OptionWords {
  /** `--output`, then `-o` where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  /** Null: it takes no value. */
  readonly offers: Offers | null;
}

const LISTS = ["runs", "processes", "params", "paths"] as const;
type List = (typeof LISTS)[number];

interface Offers {
  readonly files: boolean;
  readonly words: readonly string[];
  /** Functions of the script that list more. */
  readonly lists: readonly List[];
}

function wordsOf({ name, description, arguments: args, options }: AnyCommand): Words {
  const offers = offersOf(args.map(({ completes }: Argument) => completes));
  return { name, description, offers, options: [...[...options, COLOR].map(optionWords), HELP] };
}

const HELP: OptionWords = { names: ["--help", "-h"], description: "show help", offers: null };

/** The command that the parser of options adds. */
function helpWords(commands: readonly AnyCommand[]): Words {
  const offers = offersOf([commands.map(({ name }) => name)]);
  return { name: "help", description: "the options of a command", offers, options: [] };
}

function optionWords({
  flags,
  description,
  choices,
  completes = null,
}: CommandOption): OptionWords {
  const names = (flags.match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? []).toReversed();
  const isFlag = !flags.includes("<");
  return { names, description, offers: isFlag ? null : offersOf([choices ?? completes]) };
}

function offersOf(all: readonly Completes[]): Offers {
  const has = (...kinds: readonly Completes[]) => all.some((each) => kinds.includes(each));
  const words = all.flatMap((each) => (typeof each === "string" ? [] : (each ?? [])));
  return {
    files: has("files", "runs and files"),
    words: has("codes") ? Object.keys(codes) : words,
    lists: LISTS.filter((list) => has(list) || (list === "runs" && has("runs and files"))),
  };
}

const SCRIPTS: Readonly<Record<string, (words: readonly Words[]) => string>> = { bash, zsh, fish };

/** Names of runs, and RUN/PATH of the run that is written already; for all three shells. */
const RUNS = "sandbox ls 2>/dev/null | sed '1d; s/ .*//'";
const PROCESSES = (run: string) =>
  `sandbox ps --all "${run}" 2>/dev/null | sed "1d; s/ .*//; s|^|${run}/|"`;

/** Lists what the spec that is written already has, else the project's. */
const NAMES = (list: "params" | "paths", spec: string) =>
  `sandbox completion ${list} "${spec}" 2>/dev/null`;

const quoted = (text: string) => `'${text.replace(/'/g, "'\\''")}'`;

/** Each entry is a line of its own: names of files may have blanks. */
function bash(all: readonly Words[]): string {
  const action = ({ files, words, lists }: Offers) =>
    [
      ...(words.length > 0 ? [`words="${words.join(" ")}"`] : []),
      ...lists.map((list) => `words="$(_sandbox_${list} "$current")"`),
      ...(files ? ["files=yes"] : []),
    ].join(" ") || ":";
  const cases = all.flatMap(({ name, offers, options }) => [
    ...options.flatMap(({ names, offers: value }) =>
      value === null
        ? []
        : [`${names.map((each) => `"${name} ${each} "*`).join(" | ")}) ${action(value)}`],
    ),
    `"${name} "*" -"*) words="${options.flatMap(({ names }) => names[0] ?? []).join(" ")}"`,
    `"${name} "*) ${action(offers)}`,
  ]);
  return `# source <(sandbox completion bash)
_sandbox_runs() { ${RUNS}; }
_sandbox_processes() {
  if [ "\${1%%/*}" = "$1" ]; then ${RUNS}; else ${PROCESSES("${1%%/*}")}; fi
}
_sandbox_spec() {
  local word
  for word in "\${COMP_WORDS[@]:2}"; do
    case $word in *.yaml | *.yml) printf '%s' "$word"; return ;; esac
  done
}
_sandbox_params() { ${NAMES("params", "$(_sandbox_spec)")}; }
_sandbox_paths() { ${NAMES("paths", "$(_sandbox_spec)")}; }
_sandbox() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} words= files= line
  # \`--option=value\` comes as three words.
  if [ "$before" = "=" ]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [ "$current" = "=" ]; then current=; fi
  local state="\${COMP_WORDS[1]} $before $current"
  if [ "$COMP_CWORD" -eq 1 ]; then state=command; fi
  case $state in
    command) words="${all.map(({ name }) => name).join(" ")} --help --version" ;;
${cases.map((each) => `    ${each} ;;`).join("\n")}
  esac
  case $words in *=*) compopt -o nospace 2>/dev/null ;; esac
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
    compgen -W "$words" -- "$current"
    if [ -n "$files" ]; then compgen -f -- "$current"; fi
  )
}
complete -o filenames -F _sandbox sandbox
`;
}

function zsh(all: readonly Words[]): string {
  const escaped = (text: string) => text.replace(/[[\]:\\]/g, "\\$&");
  const action = ({ files, words, lists }: Offers): string => {
    const parts = [
      ...(words.length > 0 ? [`compadd -- ${words.join(" ")}`] : []),
      ...lists.map((list) => {
        const suffix = list === "params" ? "-S '' " : "";
        return `compadd ${suffix}-- \${(f)"$(_sandbox_${list} "$PREFIX")"}`;
      }),
      ...(files ? ["_files"] : []),
    ];
    return parts.length === 0 ? ":" : `{${parts.join("; ")}}`;
  };
  const option = ({ names, description, offers }: OptionWords) => {
    const value = offers === null ? "" : `:value:${action(offers)}`;
    return names.map((name) => {
      const sign = offers !== null && name.startsWith("--") ? "=" : "";
      return quoted(`*${name}${sign}[${escaped(description)}]${value}`);
    });
  };
  const cases = all.map(({ name, offers, options }) => {
    const specs = [...options.flatMap(option), quoted(`*:argument:${action(offers)}`)];
    return `    ${name}) _arguments ${specs.join(" ")} ;;`;
  });
  const commands = all.map(({ name, description }) => quoted(`${name}:${escaped(description)}`));
  return `#compdef sandbox
# source <(sandbox completion zsh)
_sandbox_runs() { ${RUNS} }
_sandbox_processes() {
  if [[ $1 = */* ]]; then ${PROCESSES("${1%%/*}")}; else ${RUNS}; fi
}
_sandbox_params() { ${NAMES("params", "${words[(r)*.(yaml|yml)]}")} }
_sandbox_paths() { ${NAMES("paths", "${words[(r)*.(yaml|yml)]}")} }
_sandbox() {
  local -a commands=(${commands.join(" ")})
  if (( CURRENT == 2 )); then _describe command commands; compadd -- --help --version; return; fi
  shift words; (( CURRENT-- ))
  case $words[1] in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = _sandbox ]; then _sandbox "$@"; else compdef _sandbox sandbox; fi
`;
}

function fish(all: readonly Words[]): string {
  const text = (part: string) => `'${part.replace(/[\\']/g, "\\$&")}'`;
  const offered = ({ words, lists }: Offers): string[] => [
    ...(words.length > 0 ? [text(words.join(" "))] : []),
    ...lists.map((list) => text(`(_sandbox_${list})`)),
  ];
  const lines = all.flatMap(({ name, description, offers, options }) => {
    const within = `complete -c sandbox -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c sandbox -n __fish_use_subcommand -f -a ${name} -d ${text(description)}`,
      ...(offers.files ? [] : [`${within} -f`]),
      ...offered(offers).map((each) => `${within} -a ${each}`),
      ...options.map(({ names, description: what, offers: value }) => {
        const short = names[1] === undefined ? "" : ` -s ${names[1].slice(1)}`;
        const kind = value === null ? "" : value.files ? " -r -F" : " -x";
        const values =
          value === null
            ? ""
            : offered(value)
                .map((each) => ` -a ${each}`)
                .join("");
        return `${within} -l ${names[0]?.slice(2)}${short}${kind}${values} -d ${text(what)}`;
      }),
    ];
  });
  return `# sandbox completion fish | source
function _sandbox_runs; ${RUNS}; end
function _sandbox_processes
  set -l run (string split -m1 / -- (commandline -ct))
  if test (count $run) -gt 1; ${PROCESSES("$run[1]")}; else; ${RUNS}; end
end
function _sandbox_spec; string match -r '.*\\.ya?ml$' -- (commandline -opc)[1..-1] | head -n1; end
function _sandbox_params; ${NAMES("params", "$(_sandbox_spec)")}; end
function _sandbox_paths; ${NAMES("paths", "$(_sandbox_spec)")}; end
${lines.join("\n")}
`;
}
