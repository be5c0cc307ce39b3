/** The expanded tree with what rules about several processes look things up in. */

import { type BoxDraft, everyBox, type ProcessDraft, pathOf } from "./draft.ts";

export interface Tree {
  readonly boxes: readonly BoxDraft[];
  readonly processes: readonly ProcessDraft[];
  /** By path; an own init also by the path that a shim's init would have. */
  readonly byPath: ReadonlyMap<string, ProcessDraft>;
}

export function treeOf(root: BoxDraft): Tree {
  const boxes = [...everyBox(root)];
  const processes = boxes.flatMap((box) => box.processes);
  const byPath = new Map(processes.map((process) => [process.path, process] as const));
  for (const box of boxes) {
    const own = box.init === null ? undefined : box.processes.find(({ name }) => name === box.init);
    if (own !== undefined) byPath.set(pathOf(box, "init"), own);
  }
  return { boxes, processes, byPath };
}
