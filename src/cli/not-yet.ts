/** Commands and options that users of other tools will type, and what to do instead. Pure. */

const ENDS =
  "a run ends with its `up`: press Ctrl-C in its terminal, or `kill -TERM MONITOR` with the MONITOR that `sandbox ls` shows";
const FOREGROUND =
  "a run is in the foreground: start `sandbox up FILE` in a terminal or job of its own";
const OUTPUT =
  "the output of processes is on the standard output of `sandbox up`; `stdout: {file: NAME}` in the spec keeps it in a file";
const ENTER =
  "`sandbox pid RUN/PATH` shows a process's PID on this host; `nsenter -a -t PID COMMAND` enters its namespaces";
const SPEC_IN =
  "write a spec by hand: `sandbox init` begins one, `sandbox capture PID` makes one of what runs";

/** By the word that was typed in place of a command. */
export const COMMANDS_NOT_YET: Readonly<Record<string, string>> = {
  stop: ENDS,
  down: ENDS,
  kill: ENDS,
  rm: ENDS,
  restart: `${ENDS}; then start it again`,
  start: FOREGROUND,
  run: `${FOREGROUND}; a spec of one line is enough: \`printf 'sandbox: x\\nprocesses: {a: COMMAND}\\n' | sandbox up -\``,
  logs: OUTPUT,
  events: "`sandbox up --trace --format timeline` shows what happened when",
  wait: "`sandbox up` returns when the run has ended, with its exit code",
  exec: ENTER,
  enter: ENTER,
  shell: ENTER,
  attach: OUTPUT,
  test: "`expect` in a spec says what shall hold, and `sandbox up` exits 1 where it does not",
  import: SPEC_IN,
  export: "`sandbox plan --json FILE` prints the plan for other programs",
  build: "there are no images: `root` in a spec says which tree a sandbox has",
  pull: "there are no images: `root` in a spec says which tree a sandbox has",
  config: "`sandbox check FILE` checks a spec, `sandbox plan FILE` shows what it comes to",
  validate: "`sandbox check FILE` checks a spec",
  lint: "`sandbox check FILE` checks a spec",
  format: "`sandbox fmt FILE` formats a spec",
};

/** By the option that was typed, of any command. */
export const OPTIONS_NOT_YET: Readonly<Record<string, string>> = {
  "-d": FOREGROUND,
  "--detach": FOREGROUND,
  "--dry-run": "`sandbox plan FILE` shows what will be done, without doing it",
  "-f": "name the file without an option: `sandbox up FILE`",
  "--file": "name the file without an option: `sandbox up FILE`",
  "-e": "`env` in the spec sets variables, `--param NAME=VALUE` gives them values",
  "--env": "`env` in the spec sets variables, `--param NAME=VALUE` gives them values",
  "--env-file": "`env` in the spec sets variables, `--param NAME=VALUE` gives them values",
  "-it": "`stdin: inherit` in the spec gives a process the terminal's input",
  "-V": "the version is `--version`",
  "--no-color": "`--color never` turns colours off, as `NO_COLOR=1` in the environment does",
};
