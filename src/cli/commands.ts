/** Every command with its options. Each is loaded only when it is used. */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import pkg from "../../package.json" with { type: "json" };
import { EXIT } from "../base/exit-codes.ts";
import type { Given } from "../spec/params.ts";
import type { CaptureOptions } from "./capture.ts";
import type { CheckOptions } from "./check.ts";
import { DEFAULTS } from "./defaults.ts";
import type { DiffOptions } from "./diff.ts";
import type { DoctorOptions } from "./doctor.ts";
import type { FmtOptions } from "./fmt.ts";
import { teach } from "./help.ts";
import type { ReportOptions } from "./live.ts";
import type { LspOptions } from "./lsp.ts";
import type { PidOptions } from "./pid.ts";
import type { PlanOptions } from "./plan.ts";
import { REPORT_FORMATS } from "./render.ts";
import type { UpOptions } from "./up.ts";

const EXAMPLES = `
Examples:
  sandbox init demo                   write demo.yaml, a spec to begin with
  sandbox up demo.yaml                run it, with every PID at every level
  sandbox up demo.yaml --for 2s       stop two seconds after all has started
  sandbox check                       check all of sandboxes/*.yaml
  sandbox plan demo.yaml              what will be done, and every planned PID
  sandbox top                         what is running, live
  sandbox pid 4711                    one process of this machine, at all levels
  sandbox capture 4711                a spec that rebuilds what runs there
  sandbox explain SBX2103             what a diagnostic means

Exit codes: 0 success, 1 a process or expectation failed, 2 the spec has errors,
3 this host cannot, 4 internal error, 64 wrong usage, 130 interrupted.`;

/** `--param k=v`, as often as one likes. */
function param(pair: string, before: Given): Given {
  const at = pair.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("write it as name=value.");
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) };
}

const paramOption = () =>
  new Option("-p, --param <name=value>", "value of a parameter of the spec; may be repeated")
    .argParser(param)
    .default({}, "SANDBOX_PARAM_NAME of the environment");

const allowIncludeOption = () =>
  new Option("--allow-include <dir>", "let specs name files in this folder too; may be repeated")
    .argParser((dir: string, before: readonly string[]) => [...before, dir])
    .default([], "the spec's own folder, and its repository");

const allOption = () => new Option("--all", "leave out no row, level or end of a line");

let exitCode = 0;
const program = new Command("sandbox")
  .description("Declarative sandboxes: YAML specs compiled to nested Linux namespaces.")
  .version(pkg.version, "--version")
  .addHelpText("after", EXAMPLES)
  .showSuggestionAfterError()
  .exitOverride();

program
  .command("up")
  .description("check, plan and run a spec (or a plan image); report; follow the output")
  .argument("[file]", "spec or plan image, or - for standard input", "sandbox.yaml")
  .option("--json", "only JSON Lines on stdout: a report when started, one when ended")
  .option("--for <duration>", "stop so long after everything has started")
  .addOption(
    new Option("--report <format>", "of the reports")
      .choices(REPORT_FORMATS)
      .default(DEFAULTS.up.report),
  )
  .addOption(allOption())
  .option("--canonical", "reports without what another run may have otherwise")
  .option("--trace", "record every fork, exec and exit; the last report has them all")
  .addOption(paramOption())
  .addOption(allowIncludeOption())
  .option("--name <name>", "of the run")
  .option("--exit-code-from <path>", "exit as that process did (128 + n for a signal)")
  .action(async (file: string, options: UpOptions) => {
    exitCode = await (await import("./up.ts")).run(file, options);
  });

program
  .command("init")
  .description("write a commented spec to begin with")
  .argument("[name]", "of the sandbox, and of the file NAME.yaml", "sandbox")
  .action(async (name: string) => {
    exitCode = await (await import("./init.ts")).run(name);
  });

program
  .command("check")
  .description("find every mistake in specs, without starting anything")
  .argument(
    "[files...]",
    "specs, directories of them, or - for standard input; without one, sandboxes/*.yaml",
  )
  .addOption(
    new Option("--format <format>", "of the findings")
      .choices(["human", "json", "sarif", "github"])
      .default(DEFAULTS.check.format),
  )
  .addOption(paramOption())
  .addOption(allowIncludeOption())
  .action(async (files: string[], options: CheckOptions) => {
    exitCode = await (await import("./check.ts")).run(files, options);
  });

program
  .command("fmt")
  .description("give specs the one layout, in place; comments and anchors stay")
  .argument("[files...]", "specs, or - for standard input; without one, all of sandboxes/*.yaml")
  .option("--check", "change nothing; exit 1 if a file would be changed")
  .addOption(allowIncludeOption())
  .action(async (files: string[], options: FmtOptions) => {
    exitCode = await (await import("./fmt.ts")).run(files, options);
  });

program
  .command("plan")
  .description("show what will be done, in order, and the PID of every process at every level")
  .argument("[file]", "spec or plan image, or - for standard input", "sandbox.yaml")
  .option("--json", "canonical JSON, the same bytes on every machine")
  .addOption(allOption())
  .option("-o, --output <file>", "write the plan image that `up` and the shim run")
  .addOption(paramOption())
  .addOption(allowIncludeOption())
  .action(async (file: string, options: PlanOptions) => {
    exitCode = await (await import("./plan.ts")).run(file, options);
  });

program
  .command("diff")
  .description("what would change from one spec or plan to another: not text, but what is done")
  .argument("<before>", "spec, plan image, or report FILE.json")
  .argument("<after>", "the same")
  .option("--json", "as JSON")
  .addOption(paramOption())
  .addOption(allowIncludeOption())
  .action(async (before: string, after: string, options: DiffOptions) => {
    exitCode = await (await import("./diff.ts")).run(before, after, options);
  });

program
  .command("ls")
  .description("the runs that are going on")
  .option("--json", "as JSON")
  .action(async (options: { json?: true }) => {
    exitCode = await (await import("./live.ts")).list(options);
  });

program
  .command("ps")
  .description("the report of a run that is going on")
  .argument("[name]", "of the run; without it, the only one")
  .addOption(allOption())
  .action(async (name: string | undefined, options: { all?: true }) => {
    exitCode = await (await import("./live.ts")).report(name, { format: "table", ...options });
  });

program
  .command("report")
  .description("a report in any format, of a run or of a file that was kept")
  .argument("[what]", "name of a run, or a FILE.json; without it, the only run")
  .addOption(
    new Option("--format <format>", "of the report").choices(REPORT_FORMATS).default("table"),
  )
  .addOption(allOption())
  .option("--canonical", "without what another run may have otherwise")
  .option("--timeline", "of a traced run: what happened when; the same as --format timeline")
  .option("--watch", "in place, as it changes")
  .option("-o, --output <file>", "write it to a file")
  .action(async (what: string | undefined, options: ReportOptions) => {
    exitCode = await (await import("./live.ts")).report(what, options);
  });

program
  .command("top")
  .description("a run, live: s sorts, / filters, q quits")
  .argument("[name]", "of the run; without it, the only one")
  .action(async (name: string | undefined) => {
    exitCode = await (await import("./watch.ts")).run(name);
  });

program
  .command("pid")
  .description("any process of this machine: its PID at every level, its namespaces, whose it is")
  .argument("<pid>", "here, or RUN/PATH, or RUN/PATH:N for PID N in that sandbox")
  .option("--from <process>", "a PID here, or RUN/PATH: <pid> is one in its PID namespace")
  .option("--json", "as JSON")
  .action(async (pid: string, options: PidOptions) => {
    exitCode = await (await import("./pid.ts")).run(pid, options);
  });

program
  .command("capture")
  .description("a spec that makes the sandboxes and processes at and below a PID again")
  .argument("<pid>", "here, or RUN/PATH of a run that is going on")
  .option("-o, --output <file>", "write it to a new file")
  .option("--env", "with the environments that were found; they may hold secrets")
  .option("--forked", "what was forked as processes of its own; else its parents fork it again")
  .action(async (pid: string, options: CaptureOptions) => {
    exitCode = await (await import("./capture.ts")).run(pid, options);
  });

program
  .command("explain")
  .description("what a diagnostic means, with a wrong and a right spec")
  .argument("<code>", "such as SBX2103")
  .action(async (code: string) => {
    exitCode = await (await import("./explain.ts")).run(code);
  });

program
  .command("schema")
  .description("print the JSON Schema of specs, for editors")
  .action(async () => {
    exitCode = await (await import("./schema.ts")).run();
  });

program
  .command("lsp")
  .description("language server for specs, on standard input and output; see docs/editors.md")
  .option("--stdio", "accepted, as editors give it; there is no other way")
  .addOption(allowIncludeOption())
  .action(async (options: LspOptions) => {
    exitCode = await (await import("./lsp.ts")).run(options);
  });

program
  .command("doctor")
  .description("what this host can do, each feature tried; with a spec, whether it can be had here")
  .argument("[file]", "spec or plan image: its sandboxes are made, its programs not started")
  .option("--json", "as JSON")
  .addOption(paramOption())
  .addOption(allowIncludeOption())
  .action(async (file: string | undefined, options: DoctorOptions) => {
    exitCode = await (await import("./doctor.ts")).run(file, options);
  });

program
  .command("completion")
  .description("print a completion script")
  .argument("<shell>", "bash, zsh or fish")
  .action(async (shell: string) => {
    exitCode = await (await import("./completion.ts")).run(shell, program);
  });

program
  .command("version")
  .description("print the version")
  .action(() => {
    console.log(pkg.version);
  });

teach(program);

/** The exit code. Throws what no command has caught. */
export async function parsed(args: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return exitCode;
}
