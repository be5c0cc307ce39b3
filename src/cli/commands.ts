/** The parser of the command line, made from the list of commands. */

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import pkg from "../../package.json" with { type: "json" };
import { EXIT } from "../base/exit-codes.ts";
import { type AnyCommand, COLOR, type CommandOption, GROUPS, WrongArgument } from "./command.ts";
import { COMMANDS } from "./command-list.ts";
import { COMMANDS_NOT_YET, OPTIONS_NOT_YET } from "./not-yet.ts";
import { type ColourChoice, chooseColour, STDERR, STDOUT, write } from "./terminal.ts";
import { TOPICS } from "./topics.ts";

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

/** The exit code. Throws what no command has caught. */
export async function parsed(args: readonly string[]): Promise<number> {
  const program = programOf(COMMANDS);
  const [first] = args;
  if (first === undefined) {
    program.outputHelp();
    return EXIT.ok;
  }
  const instead = ownValue(COMMANDS_NOT_YET, first);
  if (instead !== undefined && !COMMANDS.some(({ name }) => name === first)) {
    write(STDERR, `error: there is no command \`${first}\` yet\nhelp: ${instead}\n`);
    return EXIT.usage;
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    addHelp(error);
    return EXIT.usage;
  }
  return exitCode;
}

function ownValue(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** After what commander has said of an option of other tools. */
function addHelp({ code, message }: CommanderError): void {
  const option = /'([^']+)'/.exec(message)?.[1] ?? "";
  const help = code === "commander.unknownOption" ? ownValue(OPTIONS_NOT_YET, option) : undefined;
  if (help !== undefined) write(STDERR, `help: ${help}\n`);
}

/** Prints the help on a command or a topic, or on all where neither is named. The exit code. */
function explain(program: Command, name: string | undefined): number {
  const named = program.commands.find((each) => each.name() === name);
  const topic = TOPICS.find((each) => each.name === name);
  if (name === undefined || named !== undefined) {
    (named ?? program).outputHelp();
    return EXIT.ok;
  }
  if (topic !== undefined) {
    write(STDOUT, `${topic.text()}\n`);
    return EXIT.ok;
  }
  const topics = TOPICS.map((each) => each.name).join(", ");
  write(
    STDERR,
    `error: there is no help on "${name}"\nhelp: name a command, or one of ${topics}\n`,
  );
  return EXIT.usage;
}

function programOf(commands: readonly AnyCommand[]): Command {
  const program: Command = new Command("sandbox")
    .description("Declarative sandboxes: YAML specs compiled to nested Linux namespaces.")
    .version(pkg.version, "--version")
    .addOption(optionOf(COLOR))
    .configureHelp({ showGlobalOptions: true })
    .hook("preAction", () => chooseColour(program.opts<{ color: ColourChoice }>().color))
    .addHelpText("after", EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => write(STDOUT, text),
      writeErr: (text) => write(STDERR, text),
    })
    .helpCommand(false);
  for (const each of commands) addCommand(program, each);
  program
    .command("help")
    .argument("[topic]", `a command, or ${TOPICS.map(({ name }) => name).join(", ")}`)
    .description("explain a command or a topic")
    .helpGroup(GROUPS.host)
    .addHelpText(
      "after",
      `\nTopics:\n${TOPICS.map(({ name, summary }) => `  ${name.padEnd(13)}${summary}`).join("\n")}`,
    )
    .action((topic: string | undefined) => {
      exitCode = explain(program, topic);
    });
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
  const usage = ["sandbox", each.name, "[options]", ...each.arguments.map((one) => one.usage)];
  made.showHelpAfterError(`usage: ${usage.join(" ")}\nsee \`sandbox ${each.name} --help\``);
  made.action(async (...given: unknown[]) => {
    const args = given.slice(0, each.arguments.length) as never[];
    const options = each.isAboutCommands ? { commands: COMMANDS } : made.opts();
    exitCode = await each.run(options as never, ...args);
  });
}

function optionOf({ flags, description, choices, parse, implies, ...rest }: CommandOption): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices);
  if (implies !== undefined) option.implies(implies);
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
