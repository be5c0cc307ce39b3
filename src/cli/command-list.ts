/** Every command, in the order in which help lists them within a group. */

import type { AnyCommand } from "./command.ts";
import captureCommand from "./commands/capture.ts";
import checkCommand from "./commands/check.ts";
import completionCommand from "./commands/completion.ts";
import diffCommand from "./commands/diff.ts";
import doctorCommand from "./commands/doctor.ts";
import explainCommand from "./commands/explain.ts";
import fmtCommand from "./commands/fmt.ts";
import initCommand from "./commands/init.ts";
import lsCommand from "./commands/ls.ts";
import lspCommand from "./commands/lsp.ts";
import pidCommand from "./commands/pid.ts";
import planCommand from "./commands/plan.ts";
import psCommand from "./commands/ps.ts";
import reportCommand from "./commands/report.ts";
import schemaCommand from "./commands/schema.ts";
import topCommand from "./commands/top.ts";
import upCommand from "./commands/up.ts";
import versionCommand from "./commands/version.ts";

export const COMMANDS: readonly AnyCommand[] = [
  upCommand,
  initCommand,
  checkCommand,
  fmtCommand,
  planCommand,
  diffCommand,
  lsCommand,
  psCommand,
  reportCommand,
  topCommand,
  pidCommand,
  captureCommand,
  explainCommand,
  schemaCommand,
  lspCommand,
  doctorCommand,
  completionCommand,
  versionCommand,
];
