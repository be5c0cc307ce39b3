/** SBX2109, SBX2607: waiting for the inits around a process, which start before it and end after it. Pure. */

import { diagnostic } from "../../diag/diagnostic.ts";
import { type BoxDraft, type ProcessDraft, pathOf } from "../draft.ts";
import type { Found } from "../values.ts";

export function ownEnd(process: ProcessDraft, found: Found): void {
  const around = new Set<string>();
  for (let box: BoxDraft | null = process.box; box !== null; box = box.parent) {
    around.add(pathOf(box, "init"));
  }
  for (const { path, condition, span } of process.ir?.dependsOn ?? []) {
    if (!around.has(path)) continue;
    if (condition === "started") {
      found.push(
        diagnostic("SBX2607", span, `"${path}" always starts before "${process.baseName}"`, {
          help: "remove the dependency",
        }),
      );
    } else {
      const message = `"${process.baseName}" waits for the end of "${path}", which waits for its own`;
      found.push(
        diagnostic("SBX2109", span, message, {
          help: "wait for a process, or move this one out of the sandbox",
        }),
      );
    }
  }
}
