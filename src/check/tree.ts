/** The expanded tree with what rules about several processes look things up in. */

import { everySandbox, type ProcessDraft, pathOf, type SandboxDraft } from "./draft.ts";

export class Tree {
  readonly sandboxes: readonly SandboxDraft[];
  readonly processes: readonly ProcessDraft[];
  #byPath: ReadonlyMap<string, ProcessDraft> | null = null;

  constructor(root: SandboxDraft) {
    this.sandboxes = [...everySandbox(root)];
    this.processes = this.sandboxes.flatMap((sandbox) => sandbox.processes);
  }

  /** By path; an own init also by the path that a shim's init would have. Made when first asked for. */
  get byPath(): ReadonlyMap<string, ProcessDraft> {
    this.#byPath ??= byPath(this);
    return this.#byPath;
  }
}

function byPath({ sandboxes, processes }: Tree): ReadonlyMap<string, ProcessDraft> {
  const known = new Map(processes.map((process) => [process.path, process] as const));
  for (const sandbox of sandboxes) {
    const own =
      sandbox.init === null
        ? undefined
        : sandbox.processes.find(({ name }) => name === sandbox.init);
    if (own !== undefined) known.set(pathOf(sandbox, "init"), own);
  }
  return known;
}
