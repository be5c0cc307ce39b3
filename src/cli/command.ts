/** What a command is made of: a file in `commands/` has all of it, and loads its work when run. */

import type { Given } from "../spec/params.ts";

/** Where help lists it. */
export const GROUPS = {
  specs: "Write specs:",
  runs: "Run them:",
  looks: "See what runs:",
  host: "This host and shell:",
} as const;

/**
 * What a shell offers for an argument or a value: files, runs that are going on or their processes
 * (RUN/PATH), codes of diagnostics, parameters or paths of the spec that is named, these words, or nothing.
 */
export type Completes =
  | "files"
  | "runs"
  | "runs and files"
  | "processes"
  | "codes"
  | "params"
  | "paths"
  | readonly string[]
  | null;

export interface Argument {
  /** As help writes it: `<needed>`, `[optional]`, `[several...]`. */
  readonly usage: string;
  readonly description: string;
  readonly fallback?: string;
  readonly completes: Completes;
}

export interface CommandOption {
  /** As help writes it: `-o, --output <file>`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** For a value that is none of a few choices. */
  readonly completes?: Completes;
  readonly fallback?: unknown;
  /** How help calls the fallback, where its value says nothing. */
  readonly fallbackText?: string;
  /** Values of other options that it sets where these are not written. */
  readonly implies?: Readonly<Record<string, unknown>>;
  /** From what was written, and what it was before for an option that may be repeated. */
  readonly parse?: (text: string, before: never) => unknown;
}

export interface CommandSpec<Arguments extends readonly unknown[], Options> {
  readonly name: string;
  readonly group: keyof typeof GROUPS;
  readonly description: string;
  readonly arguments: { readonly [Index in keyof Arguments]: Argument };
  readonly options: readonly CommandOption[];
  /** Without `sandbox` before it, and what it does. None only where nothing can be shown. */
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** It is about the commands themselves: its options have them all, as `commands`. */
  readonly isAboutCommands?: true;
  /** The exit code. What it needs is imported inside, so that no other command loads it. */
  readonly run: (options: Options, ...args: Arguments) => Promise<number>;
}

/** A command of which only the shape is known. */
export type AnyCommand = CommandSpec<readonly never[], never>;

/** For the compiler: the arguments of `run` are those that are described. */
export function command<const Arguments extends readonly unknown[], Options>(
  spec: CommandSpec<Arguments, Options>,
): AnyCommand {
  return spec as unknown as AnyCommand;
}

/** What `run` gets where nothing was written on the command line. */
export function fallbackOptions({ options }: AnyCommand): Record<string, unknown> {
  const given = options.filter(({ fallback }) => fallback !== undefined);
  return Object.fromEntries(given.map(({ flags, fallback }) => [keyOf(flags), fallback]));
}

/** `--exit-code-from <path>` is `exitCodeFrom`. */
function keyOf(flags: string): string {
  const long = /--([a-z-]+)/.exec(flags)?.[1] ?? "";
  return long.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What a `parse` throws: its message says how to write it. */
export class WrongArgument extends Error {}

/** `--param k=v`, as often as one likes. */
export const PARAM: CommandOption = {
  flags: "-p, --param <name=value>",
  completes: "params",
  description: "value of a parameter of the spec; may be repeated",
  fallback: {},
  fallbackText: "SANDBOX_PARAM_NAME of the environment",
  parse: (pair: string, before: Given): Given => {
    const at = pair.indexOf("=");
    if (at < 1) throw new WrongArgument("Write it as name=value.");
    return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) };
  },
};

/** Every command that reads specs has it. */
export const ALLOW_INCLUDE: CommandOption = {
  flags: "--allow-include <dir>",
  description: "let specs name files in this folder too; may be repeated",
  completes: "files",
  fallback: [],
  fallbackText: "the spec's own folder, and its repository",
  parse: (dir: string, before: readonly string[]) => [...before, dir],
};

export const ALL: CommandOption = {
  flags: "--all",
  description: "show every row, level and command in full",
};

/** Every command has it, before or after its name. */
export const COLOR: CommandOption = {
  flags: "--color <when>",
  description: "colours: always, never, or on a terminal that has them (auto)",
  choices: ["auto", "always", "never"],
  fallback: "auto",
};

/** `--format`, the first of `choices` unless it is written, and `--json` where that is one of them. */
export function formatOptions(
  choices: readonly [fallback: string, ...others: string[]],
  description = "format of what is printed",
): readonly CommandOption[] {
  const format = { flags: "--format <format>", description, choices, fallback: choices[0] };
  const json = { flags: "--json", description: "short for --format json", implies: JSON_FORMAT };
  return choices.includes("json") ? [format, json] : [format];
}

const JSON_FORMAT = { format: "json" };

/** What a command has of `formatOptions`. */
export interface Formatted<Format extends string = "text" | "json"> {
  readonly format: Format;
}
