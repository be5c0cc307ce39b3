/** `sandbox capture`: a spec that makes the sandboxes and processes at and below a PID again. */

import { escapeText } from "../base/escape.ts";
import { EXIT } from "../base/exit-codes.ts";
import { oneProcess, ownProcess, processesBelow } from "../engine/observed-processes.ts";
import { pidNamed } from "../engine/process-name.ts";
import { type Holder, holderOf } from "../engine/watched-run.ts";
import { ancestry, argvOf, linkOf, type Machine, readMachine } from "../host/machine.ts";
import { capture } from "../interop/capture.ts";
import { captureRun, type Forked } from "../interop/capture-run.ts";
import { captureText } from "../interop/capture-spec.ts";
import { writeNew } from "./output-file.ts";
import { STDERR, STDOUT, write } from "./terminal.ts";

export interface CaptureOptions {
  readonly output?: string;
  readonly env?: true;
  readonly forked?: true;
}

export async function run(text: string, options: CaptureOptions): Promise<number> {
  const machine = readMachine();
  const pid = pidNamed(text, machine);
  if (typeof pid === "string") return said(pid);
  const holder = holderOf(pid, (each) => machine.get(each)?.parentPid ?? 0);
  const spec = holder === null ? specOf(pid, machine, options) : specOfRun(holder, machine);
  if (spec === null) {
    return said(
      `the namespaces of process ${pid} are not ours to see${process.geteuid?.() === 0 ? ": nor are they root's here" : ": ask as its user, or as root"}`,
    );
  }
  if (options.output === undefined) {
    write(STDOUT, spec);
    return EXIT.ok;
  }
  try {
    writeNew(options.output, spec);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unwritable";
    return said(
      `cannot write ${options.output}: ${why === "EEXIST" ? "it is there already" : why}`,
    );
  }
  write(STDERR, `${options.output} written; try \`sandbox plan ${options.output}\`\n`);
  return EXIT.ok;
}

function said(message: string): number {
  write(STDERR, `error: ${escapeText(message)}\n`);
  return EXIT.failed;
}

function specOf(pid: number, machine: Machine, { env, forked }: CaptureOptions): string | null {
  const observer = ownProcess();
  if (observer === null) return null;
  const parentPid = machine.get(pid)?.parentPid ?? 0;
  const parent = parentPid === 0 ? null : oneProcess(parentPid);
  const options = { observer, parent, withEnv: env === true, withForked: forked === true };
  const captured = capture(processesBelow(pid, machine), options);
  return captured && captureText(captured, options);
}

function specOfRun({ watched, table, slot }: Holder, machine: Machine): string {
  const { run: live, plan } = watched;
  const declared = new Set(table.slots.map(({ pids }) => pids[0] ?? 0));
  const forked = [...machine.keys()].flatMap((pid): Forked[] => {
    if (declared.has(pid)) return [];
    const ancestor = [...ancestry(pid, machine)].find((each) => declared.has(each));
    return ancestor === undefined ? [] : [{ pid, argv: argvOf(pid), ancestor }];
  });
  const starter = table.slots.findIndex(
    ({ state }, index) => state === "running" && plan.slots[index]?.process?.cwd === null,
  );
  const startDir = linkOf(`/proc/${table.slots[starter]?.pids[0] ?? 0}/cwd`);
  return captureRun({ run: live.name, plan, table, slot, forked, startDir });
}
