/** Rules about the processes of the whole tree: pins, dependencies, time-outs. Pure. */

import { diagnostic } from "../diag/diagnostic.ts";
import { get } from "../spec/node.ts";
import { type BoxDraft, everyBox, type ProcessDraft, pathOf } from "./draft.ts";
import { durationOf, type Found } from "./values.ts";

/** Greatest PID that can be given: below PID_MAX_LIMIT. Source: proc_sys_kernel(5), pid_max. */
export const PID_MAX = 4_194_303;

export function checkProcesses(root: BoxDraft, found: Found): void {
  const all = [...everyBox(root)].flatMap((box) => box.processes);
  checkPins(all, found);
  checkDependencies(root, all, found);
  for (const process of all) checkTimeout(process, found);
}

/** The sandbox that owns the PID namespace of `level` around `box`; null is the host. */
function ownerAt(box: BoxDraft, level: number): BoxDraft | null {
  for (let at: BoxDraft | null = box; at !== null; at = at.parent) {
    if (at.ownsPid && at.level === level) return at;
  }
  return null;
}

function checkPins(all: readonly ProcessDraft[], found: Found): void {
  const taken = new Map<BoxDraft | null, Map<number, ProcessDraft>>();
  for (const process of all) {
    for (const { level, pid, span } of process.ir?.pins ?? []) {
      const owner = ownerAt(process.box, level);
      const where = owner === null ? "the host" : `"${owner.path || owner.name}"`;
      if (pid < 1 || pid > PID_MAX) {
        found.push(
          diagnostic("SBX2203", span, `${pid} is no PID`, { help: `use 2 to ${PID_MAX}` }),
        );
        continue;
      }
      const isInit = owner === process.box && owner.init === process.name;
      if (isInit ? pid !== 1 : pid === 1) {
        const message = isInit
          ? `"${process.name}" is the init of ${where}, so its PID there is 1, not ${pid}`
          : `PID 1 of ${where} is its init`;
        found.push(
          diagnostic("SBX2202", span, message, {
            help: isInit
              ? "remove the pin"
              : `pin another number, or set \`init: ${process.name}\``,
          }),
        );
        continue;
      }
      const numbers = taken.get(owner) ?? new Map<number, ProcessDraft>();
      taken.set(owner, numbers);
      const other = numbers.get(pid);
      if (other === undefined) numbers.set(pid, process);
      else if (other !== process) {
        found.push(
          diagnostic(
            "SBX2201",
            span,
            `PID ${pid} in ${where} is already pinned to "${other.path}"`,
            {
              help: "pin one of the two to another number",
            },
          ),
        );
      }
    }
  }
}

function checkDependencies(root: BoxDraft, all: readonly ProcessDraft[], found: Found): void {
  const byPath = new Map(all.map((process) => [process.path, process] as const));
  // A sandbox's init depends on nothing, unless a process is its own init.
  for (const box of everyBox(root)) {
    const own = box.processes.find(({ name }) => name === box.init);
    if (own !== undefined) byPath.set(pathOf(box, "init"), own);
  }
  for (const process of all) {
    if (process.box.init !== process.name) continue;
    for (const { path, span } of process.ir?.dependsOn ?? []) {
      const prefix = process.box.path === "" ? "" : `${process.box.path}/`;
      if (!path.startsWith(prefix) || byPath.get(path) === process) continue;
      found.push(
        diagnostic(
          "SBX2107",
          span,
          `"${process.name}" is the init of its sandbox, so it cannot wait for "${path}" inside`,
          {
            help: "turn the dependency round",
          },
        ),
      );
    }
  }
  reportCycles(all, byPath, found);
}

/** Depth first with an explicit stack; each cycle once, at the dependency that closes it. */
function reportCycles(
  all: readonly ProcessDraft[],
  byPath: ReadonlyMap<string, ProcessDraft>,
  found: Found,
): void {
  const done = new Set<ProcessDraft>();
  for (const start of all) {
    if (done.has(start)) continue;
    const trail: { process: ProcessDraft; next: number }[] = [{ process: start, next: 0 }];
    const open = new Set([start]);
    while (trail.length > 0) {
      const top = trail[trail.length - 1];
      if (top === undefined) break;
      const dependency = top.process.ir?.dependsOn[top.next++];
      if (dependency === undefined) {
        done.add(top.process);
        open.delete(top.process);
        trail.pop();
        continue;
      }
      const target = byPath.get(dependency.path);
      if (target === undefined || done.has(target)) continue;
      if (!open.has(target)) {
        open.add(target);
        trail.push({ process: target, next: 0 });
        continue;
      }
      const from = trail.findIndex(({ process }) => process === target);
      const names = [...trail.slice(from).map(({ process }) => process.path), target.path];
      found.push(
        diagnostic("SBX2104", dependency.span, `dependency cycle: ${names.join(" -> ")}`, {
          notes: ["each of them waits for the next, so none would start"],
          help: "remove one of the dependencies",
        }),
      );
    }
  }
}

function checkTimeout(process: ProcessDraft, found: Found): void {
  const node = get(process.node, "timeout");
  const own = process.ir?.timeoutMs ?? null;
  const around = durationOf(get(process.box.node, "timeout"), []);
  if (node === null || own === null || around === null || own <= around) return;
  found.push(
    diagnostic(
      "SBX2601",
      node.span,
      `the time-out of "${process.baseName}" is longer than its sandbox's`,
      {
        help: "shorten it, or lengthen the sandbox's",
      },
    ),
  );
}
