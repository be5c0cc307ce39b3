/** The parser of the command line, made from the list of commands. */

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import pkg from "../../package.json" with { type: "json" };
import { EXIT } from "../base/exit-codes.ts";
import { type AnyCommand, type CommandOption, GROUPS, WrongArgument } from "./command.ts";
import { COMMANDS } from "./command-list.ts";
import { STDERR, write } from "./terminal.ts";

const EXAMPLES = `
Examples:
  sandbox init demo                   write demo.yaml, a spec to begin with
  sandbox up demo.yaml                run it, with every PID at every level
  sandbox up demo.yaml --for 2s       stop two seconds after all has started
  sandbox check                       check all specs of the project
  sandbox plan demo.yaml              what will be done, and every planned PID
  sandbox top                         what is running, live
  sandbox pid 4711                    one process of this machine, at all levels
  sandbox capture 4711                a spec that rebuilds what runs there
  sandbox explain SBX2103             what a diagnostic means

Exit codes: ${EXIT.ok} success, ${EXIT.failed} a process or expectation failed, ${EXIT.spec} the spec has errors,
${EXIT.host} this host cannot, ${EXIT.bug} internal error, ${EXIT.usage} wrong usage, ${EXIT.interrupted} interrupted.`;

let exitCode: number = EXIT.ok;

/** Commands that are to come. */
const PLANNED: ReadonlySet<string> = new Set(
  "run exec attach logs kill stop restart start wait events down test import export".split(" "),
);

/** The exit code. Throws what no command has caught. */
export async function parsed(args: readonly string[]): Promise<number> {
  const [name = ""] = args;
  if (PLANNED.has(name) && !COMMANDS.some((each) => each.name === name)) {
    write(STDERR, `sandbox ${name} is known, but not built yet; \`sandbox --help\` has what is\n`);
    return EXIT.usage;
  }
  try {
    await programOf(COMMANDS).parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return exitCode;
}

function programOf(commands: readonly AnyCommand[]): Command {
  const program = new Command("sandbox")
    .description("Declarative sandboxes: YAML specs compiled to nested Linux namespaces.")
    .version(pkg.version, "--version")
    .addHelpText("after", EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride()
    .commandsGroup(GROUPS.host)
    .helpCommand("help [command]", "the options of a command, with examples");
  for (const each of commands) addCommand(program, each);
  return program;
}

function addCommand(program: Command, each: AnyCommand): void {
  const made = program
    .command(each.name)
    .description(each.description)
    .helpGroup(GROUPS[each.group]);
  for (const { usage, description, fallback } of each.arguments) {
    const argument = new Argument(usage, description);
    made.addArgument(fallback === undefined ? argument : argument.default(fallback));
  }
  for (const option of each.options) made.addOption(optionOf(option));
  if (each.examples.length > 0) {
    const lines = each.examples.map(([text, what]) => `  sandbox ${text}\n      ${what}`);
    made.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
  }
  made.action(async (...given: unknown[]) => {
    const args = given.slice(0, each.arguments.length) as never[];
    const options = each.isAboutCommands ? { commands: COMMANDS } : made.opts();
    exitCode = await each.run(options as never, ...args);
  });
}

function optionOf({ flags, description, choices, parse, ...rest }: CommandOption): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices);
  if (parse !== undefined) {
    option.argParser((text, before) => {
      try {
        return parse(text, before as never);
      } catch (error) {
        throw error instanceof WrongArgument ? new InvalidArgumentError(error.message) : error;
      }
    });
  }
  return rest.fallback === undefined ? option : option.default(rest.fallback, rest.fallbackText);
}
