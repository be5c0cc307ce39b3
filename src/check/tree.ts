/** The expanded tree with what rules about several processes look things up in. */

import { everySandbox, type ProcessDraft, pathOf, type SandboxDraft } from "./draft.ts";

export interface Tree {
  readonly sandboxes: readonly SandboxDraft[];
  readonly processes: readonly ProcessDraft[];
  /** By path; an own init also by the path that a shim's init would have. */
  readonly byPath: ReadonlyMap<string, ProcessDraft>;
}

export function treeOf(root: SandboxDraft): Tree {
  const sandboxes = [...everySandbox(root)];
  const processes = sandboxes.flatMap((sandbox) => sandbox.processes);
  const byPath = new Map(processes.map((process) => [process.path, process] as const));
  for (const sandbox of sandboxes) {
    const own =
      sandbox.init === null
        ? undefined
        : sandbox.processes.find(({ name }) => name === sandbox.init);
    if (own !== undefined) byPath.set(pathOf(sandbox, "init"), own);
  }
  return { sandboxes, processes, byPath };
}
