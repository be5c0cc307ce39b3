/** `sandbox pid`: any process of the machine, its PID at every level, and the way back. */

import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { jsonLine } from "../base/json-text.ts";
import { namespacesFailure } from "../engine/namespaces.ts";
import { factsOf } from "../engine/process-facts.ts";
import { type Named, pidNamed, pidWithin } from "../engine/process-name.ts";
import { readMachine } from "../host/machine.ts";
import { factsText } from "../report/process-facts.ts";
import type { Formatted } from "./command.ts";
import { columnsOf, STDERR, STDOUT, write } from "./terminal.ts";

export interface PidOptions extends Formatted {
  readonly from?: string;
}

export async function run(text: string, options: PidOptions): Promise<number> {
  const isNumber = /^\d+$/.test(text);
  if (text === "" || (isNumber ? Number(text) < 1 : options.from !== undefined)) {
    return said(EXIT.usage, `"${text}" is no PID`);
  }
  const machine = readMachine();
  const base = options.from === undefined ? null : pidNamed(options.from, machine);
  if (typeof base === "string") return said(EXIT.failed, base);
  const pid: Named =
    base === null ? pidNamed(text, machine) : pidWithin(Number(text), base, machine);
  if (typeof pid === "string") return said(EXIT.failed, pid);
  const facts = factsOf(pid, machine);
  if (facts === null) return said(EXIT.failed, `process ${pid} has just ended`);
  const failure = namespacesFailure();
  if (failure !== null) {
    write(STDERR, `warning: not all can be told: ${escapeText(failure)}\n`);
  }
  write(STDOUT, options.format === "json" ? jsonLine(facts) : factsText(facts, columnsOf(STDOUT)));
  return EXIT.ok;
}

function said(code: number, message: string): number {
  write(STDERR, `error: ${escapeText(message)}\n`);
  return code;
}
