/** The spec of what was captured: names, copies as copies, and pins where they are needed. Pure. */

import { checkSpec } from "../check/check.ts";
import type { FoundProcess } from "../ir/found-process.ts";
import type { Plan } from "../plan/plan.ts";
import { planOf } from "../plan/plan-of.ts";
import { type Captured, type CapturedBox, type Left, pidOf } from "./capture.ts";
import { boxFields, processFields } from "./capture-fields.ts";
import { copyName, foldedSpec } from "./fold-spec.ts";
import { commandText, forkedRemark } from "./remarks.ts";
import { SpecMap, specText } from "./spec-tree.ts";

export interface CaptureOptions {
  readonly observer: FoundProcess;
  /** Whether environments are written. */
  readonly withEnv: boolean;
  /** Whether what was forked is written, as processes of its own. */
  readonly withForked: boolean;
}

/** Where a found process stands in the spec. */
interface Place {
  readonly path: string;
  /** From level 1 on. */
  readonly pids: readonly number[];
  /** Paths of the sandboxes that own these PID namespaces. */
  readonly owners: readonly string[];
}

/** A process that gets another PID than it had: the spec cannot say which. */
interface Astray {
  readonly owner: string;
  readonly text: string;
}

export function captureText(captured: Captured, options: CaptureOptions): string {
  const write = (pinned: ReadonlySet<string>) => new Writer(captured, options, pinned).whole();
  const first = write(new Set());
  const loose = astrayIn(first);
  // What would be numbered otherwise is pinned, in each PID namespace that has any of it.
  const whole = loose.length === 0 ? first : write(new Set(loose.map(({ owner }) => owner)));
  const header = headerOf(whole, loose.length === 0 ? [] : astrayIn(whole));
  const folded = foldedSpec(whole.root);
  const isExact = samePids(planOfTree(folded), planOfTree(whole.root));
  return specText(isExact ? folded : whole.root, header);
}

interface Whole {
  readonly root: SpecMap;
  readonly places: readonly Place[];
  readonly left: readonly Left[];
}

function planOfTree(root: SpecMap): Plan | null {
  const { ir } = checkSpec({ file: "captured.yaml", text: specText(root, []) });
  return ir === null ? null : planOf(ir);
}

function samePids(one: Plan | null, other: Plan | null): boolean {
  const rows = (plan: Plan) =>
    plan.slots
      .map(({ pids, process }) => JSON.stringify([pids.slice(1), process?.argv]))
      .toSorted();
  return one !== null && other !== null && rows(one).join("\n") === rows(other).join("\n");
}

function astrayIn({ root, places }: Whole): Astray[] {
  const slots = new Map(planOfTree(root)?.slots.map(({ path, pids }) => [path, pids]));
  return places.flatMap(({ path, pids, owners }) =>
    pids.flatMap((was, index) => {
      const will = slots.get(path)?.[index + 1] ?? null;
      const owner = owners[index] ?? "";
      const text = `${path} had PID ${was} in ${owner || "the root sandbox"}, and gets ${will ?? "another"}`;
      return will === was ? [] : [{ owner, text }];
    }),
  );
}

const LINES_MAX = 20;

function headerOf({ left }: Whole, astray: readonly Astray[]): string[] {
  const lines = [
    ...left.map(leftText),
    ...astray.map(({ text }) => `${text}: a reaper's PID cannot be chosen.`),
  ].filter((line) => line !== null);
  const more = lines.length - LINES_MAX;
  return [
    "Captured from processes as they were found. What had ended before is not here, and what is here",
    "is started anew: files, memory and what was mounted inside are not captured.",
    ...lines.slice(0, LINES_MAX),
    ...(more > 0 ? [`… and ${more} more.`] : []),
  ];
}

function leftText({ process, why }: Left): string | null {
  const what = `${pidOf(process)} (${commandText(process.argv) || process.comm})`;
  if (why === "maker")
    return `Left out: ${what}, which had made a namespace that is a sandbox here.`;
  if (why === "zombie") return `Left out: ${what}, which had ended, and nobody had waited for it.`;
  if (why === "kernel") return `Left out: ${what}, which has no program: a thread of the kernel.`;
  return why === "hidden" ? `Left out: ${what}: its namespaces are not ours to see.` : null;
}

class Writer {
  readonly #captured: Captured;
  readonly #options: CaptureOptions;
  readonly #pinned: ReadonlySet<string>;
  readonly #places: Place[] = [];
  readonly #left: Left[] = [];
  readonly #forkedBy: ReadonlyMap<number, readonly (readonly string[])[]>;
  readonly #name: string;

  constructor(captured: Captured, options: CaptureOptions, pinned: ReadonlySet<string>) {
    this.#captured = captured;
    this.#options = options;
    this.#pinned = pinned;
    this.#forkedBy = forkedByDeclared(captured.root);
    this.#name = boxName(captured.root, "captured");
  }

  whole(): Whole {
    const { map, remarks } = this.#box(this.#captured.root, "", []);
    const root = new SpecMap().put("sandbox", this.#name, remarks);
    for (const [key, value] of map.fields) root.put(key, value, map.remarks.get(key));
    return { root, places: this.#places, left: this.#left };
  }

  #box(
    box: CapturedBox,
    path: string,
    around: readonly string[],
  ): { readonly map: SpecMap; readonly remarks: readonly string[] } {
    const { fields, remarks } = boxFields(box, path === "", this.#options.observer);
    const owners = box.ownsPid ? [...around, path] : around;
    const names = new Names(this.#name);
    const init = box.init === null ? null : names.take(processName(box.init));
    const map = new SpecMap();
    for (const [key, value] of Object.entries(fields)) map.put(key, value);
    if (init !== null) map.put("init", init);
    if (box.reaper !== null) this.#place(box.reaper, joined(path, "init"), owners);

    const processes = new SpecMap();
    if (box.init !== null && init !== null) {
      this.#process(processes, init, box.init, box, path, owners);
    }
    for (const process of box.processes) {
      const name = names.take(processName(process), init);
      this.#process(processes, name, process, box, path, owners);
    }
    const sandboxes = new SpecMap();
    for (const inner of box.boxes) {
      const name = names.take(boxName(inner, "box"), init);
      const made = this.#box(inner, joined(path, name), owners);
      // A sandbox with nothing to say still has to be there.
      if (made.map.fields.size === 0) made.map.put("until", "all");
      sandboxes.put(name, made.map, made.remarks);
    }
    this.#left.push(...box.left);
    return { map: shared(map, processes).put("sandboxes", sandboxes), remarks };
  }

  #place(process: FoundProcess, path: string, owners: readonly string[]): void {
    const pids = process.pids.slice(this.#captured.shift + 1);
    this.#places.push({ path, pids, owners });
  }

  #process(
    into: SpecMap,
    name: string,
    process: FoundProcess,
    box: CapturedBox,
    path: string,
    owners: readonly string[],
  ): void {
    const { fields, remarks } = processFields(process, box, this.#options);
    this.#place(process, joined(path, name), owners);
    const pids = process.pids.slice(this.#captured.shift + 1);
    const own = owners.length - 1;
    const isPinned = (index: number) => this.#pinned.has(owners[index] ?? "");
    const map = new SpecMap();
    for (const [key, value] of Object.entries(fields)) map.put(key, value);
    if (own >= 0 && process !== box.init && isPinned(own)) map.put("pid", pids[own]);
    const above = new SpecMap();
    for (let index = 0; index < own; index++) {
      if (isPinned(index)) above.put(owners[index] || this.#name, pids[index]);
    }
    const forked = forkedRemark(this.#forkedBy.get(pidOf(process)) ?? []);
    into.put(name, map.put("pids", above), [...remarks, ...forked]);
  }
}

/** What all processes of a sandbox say is said once, by the sandbox. */
const SHARED = ["cwd", "umask"] as const;

function shared(box: SpecMap, processes: SpecMap): SpecMap {
  const all = [...processes.fields.values()].filter((each) => each instanceof SpecMap);
  for (const key of SHARED) {
    const value = all[0]?.fields.get(key);
    if (all.length < 2 || value === undefined) continue;
    if (!all.every((each) => each.fields.get(key) === value)) continue;
    for (const each of all) each.fields.delete(key);
    box.put(key, value);
  }
  return box.put("processes", processes);
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

/** Commands of what was forked, by the PID of the declared process that it descends from. */
function forkedByDeclared(root: CapturedBox): Map<number, (readonly string[])[]> {
  const boxes = [root];
  for (let at = 0; at < boxes.length; at++) boxes.push(...(boxes[at]?.boxes ?? []));
  const left = boxes.flatMap((box) => box.left).filter(({ why }) => why === "forked");
  const parents = new Map(left.map(({ process, by }) => [pidOf(process), by] as const));
  const found = new Map<number, (readonly string[])[]>();
  for (const { process, by } of left) {
    let ancestor = by;
    for (let up = ancestor; up != null; up = parents.get(pidOf(up)) ?? null) ancestor = up;
    const pid = ancestor === null ? 0 : pidOf(ancestor);
    found.set(pid, [...(found.get(pid) ?? []), process.argv]);
  }
  return found;
}

const NAME_MAX = 40;
const RESERVED: ReadonlySet<string> = new Set(["init", "host", "all", "any", "reaper"]);

function nameOf(text: string, fallback: string): string {
  const name = text
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|-+$/g, "")
    .slice(0, NAME_MAX);
  if (name === "") return fallback;
  return RESERVED.has(name) ? `${name}-process` : name;
}

function processName({ comm, argv }: FoundProcess): string {
  return nameOf(comm || (argv[0]?.split("/").at(-1) ?? ""), "process");
}

/** By its host name, else by its init, else by what it is. */
function boxName(
  { sample, around, init, processes, ownsPid }: CapturedBox,
  fallback: string,
): string {
  const own = sample.namespaces.names?.hostname;
  if (own !== undefined && own !== around.namespaces.names?.hostname) return nameOf(own, fallback);
  const [first] = processes;
  const named = init ?? (ownsPid ? null : first);
  return named == null ? fallback : `${processName(named)}-box`;
}

/** Names of one sandbox, each once; copies are numbered in a row. */
class Names {
  readonly #taken: Set<string>;

  /** The root's name is no other's: pins name sandboxes by it. */
  constructor(root: string) {
    this.#taken = new Set([root]);
  }

  /** What has the name of the init gets another, so that the others make a row of their own. */
  take(wanted: string, init: string | null = null): string {
    const base = wanted === init ? `other-${wanted}` : wanted;
    let number = 1;
    while (this.#taken.has(copyName(base, number))) number++;
    const name = copyName(base, number);
    this.#taken.add(name);
    return name;
  }
}
