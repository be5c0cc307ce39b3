/** The command line. A command and names need no parser of options, which takes as long as Bun. */

import { EXIT } from "../base/exit-codes.ts";
import { HAS_DIRECTORY } from "../host/launch.ts";
import { type AnyCommand, fallbackOptions } from "./command.ts";
import { drained, lossOf, STDERR, STDOUT, write } from "./terminal.ts";

async function run([command, ...names]: readonly string[]): Promise<number> {
  const isPlain = !names.some((name) => name.startsWith("-"));
  if (isPlain && command === "version" && names.length === 0) {
    return runPlain(await import("./commands/version.ts"), []);
  }
  if (isPlain && command === "check") {
    return runPlain(await import("./commands/check.ts"), [names]);
  }
  if (isPlain && command === "up" && names.length === 1) {
    return runPlain(await import("./commands/up.ts"), names);
  }
  return (await import("./commands.ts")).parsed(process.argv.slice(2));
}

function runPlain(
  { default: command }: { readonly default: AnyCommand },
  args: readonly unknown[],
): Promise<number> {
  return command.run(fallbackOptions(command) as never, ...(args as never[]));
}

/** Never throws: what no command has caught is a bug of ours, and is said to be one. */
async function main(): Promise<void> {
  let exitCode: number;
  try {
    exitCode = await run(process.argv.slice(2));
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.error(`error: internal error; please report it with the spec:\n${text}`);
    exitCode = EXIT.bug;
  }
  await drained();
  const loss = lossOf(STDOUT);
  if (loss !== null && loss !== "EPIPE") {
    write(STDERR, `error: standard output could not be written (${loss})\n`);
    // What a command found, as differences, went nowhere.
    if (exitCode === EXIT.ok || exitCode === EXIT.failed) exitCode = EXIT.host;
  }
  if (exitCode !== 0 && !HAS_DIRECTORY) {
    write(STDERR, "note: the working directory was deleted: only absolute names lead anywhere\n");
  }
  await drained();
  if (exitCode === EXIT.interrupted) await (await import("./up-signals.ts")).endBySignal();
  process.exit(exitCode);
}

void main();
