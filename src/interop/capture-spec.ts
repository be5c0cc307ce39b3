/** Writes a capture as a spec: names, replicas, and pins where a PID would differ. Pure. */

import { checkSpec } from "../check/check.ts";
import type { ObservedProcess } from "../ir/observed-process.ts";
import type { Plan } from "../plan/plan.ts";
import { planOf } from "../plan/plan-of.ts";
import { type Captured, type CapturedSandbox, pidOf, type Skipped } from "./capture.ts";
import { processFields, sandboxFields } from "./capture-fields.ts";
import { copyName, withCopies } from "./generalise-spec.ts";
import { againRemark, commandText, forkedRemark } from "./remarks.ts";
import { SpecMap, specText } from "./spec-tree.ts";

export interface CaptureOptions {
  readonly observer: ObservedProcess;
  /** Whether to write environments. */
  readonly withEnv: boolean;
  /** Whether to declare forked processes too. */
  readonly withForked: boolean;
}

/** Where an observed process stands in the spec. */
interface Position {
  readonly path: string;
  /** By level, from level 1 on. */
  readonly pids: readonly number[];
  /** Paths of the sandboxes that own these PID namespaces. */
  readonly owners: readonly string[];
}

/** A process that gets another PID than it had, and cannot be pinned. */
interface Renumbered {
  readonly owner: string;
  readonly text: string;
}

export function captureText(captured: Captured, options: CaptureOptions): string {
  const write = (pinned: ReadonlySet<string>) => new Writer(captured, options, pinned).whole();
  const first = write(new Set());
  const loose = renumberedIn(first);
  // All processes are pinned in each PID namespace where one would get another PID.
  const whole = loose.length === 0 ? first : write(new Set(loose.map(({ owner }) => owner)));
  const header = headerOf(whole, loose.length === 0 ? [] : renumberedIn(whole));
  const withCopiesRoot = withCopies(whole.root);
  const isExact = samePids(planOfTree(withCopiesRoot), planOfTree(whole.root));
  return specText(isExact ? withCopiesRoot : whole.root, header);
}

interface Whole {
  readonly root: SpecMap;
  readonly positions: readonly Position[];
  readonly skipped: readonly Skipped[];
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

function renumberedIn({ root, positions }: Whole): Renumbered[] {
  const plan = planOfTree(root);
  // Without a plan nothing is known of any number.
  if (plan === null) return [];
  const slots = new Map(plan.slots.map(({ path, pids }) => [path, pids]));
  return positions.flatMap(({ path, pids, owners }) =>
    pids.flatMap((was, index) => {
      const will = slots.get(path)?.[index + 1] ?? null;
      const owner = owners[index] ?? "";
      const text = `${path} had PID ${was} in ${owner || "the root sandbox"}, and gets ${will ?? "another"}`;
      return will === was ? [] : [{ owner, text }];
    }),
  );
}

const LINES_MAX = 20;

function headerOf({ skipped }: Whole, renumbered: readonly Renumbered[]): string[] {
  const lines = [
    ...skipped.map(skippedText),
    ...renumbered.map(({ text }) => `${text}: a reaper's PID cannot be chosen.`),
  ].filter((line) => line !== null);
  const more = lines.length - LINES_MAX;
  return [
    "Captured from processes as they were found. What had ended before is not here, and what is here",
    "is started anew: files, memory and what was mounted inside are not captured. Arguments are whole, and",
    "may hold secrets.",
    ...lines.slice(0, LINES_MAX),
    ...(more > 0 ? [`… and ${more} more.`] : []),
  ];
}

function skippedText({ process, why }: Skipped): string | null {
  const what = `${pidOf(process)} (${commandText(process.argv) || process.comm})`;
  if (why === "maker")
    return `Left out: ${what}, which had made a namespace that is a sandbox here.`;
  if (why === "copy")
    return `Left out: ${what}, an init that only reaps: here that is the shim's work.`;
  if (why === "zombie") return `Left out: ${what}, which had ended, and nobody had waited for it.`;
  if (why === "kernel") return `Left out: ${what}, which has no program: a thread of the kernel.`;
  return why === "hidden" ? `Left out: ${what}: its namespaces are not ours to see.` : null;
}

class Writer {
  readonly #captured: Captured;
  readonly #options: CaptureOptions;
  readonly #pinned: ReadonlySet<string>;
  readonly #positions: Position[] = [];
  readonly #skipped: Skipped[] = [];
  readonly #forkedBy: ReadonlyMap<number, readonly (readonly string[])[]>;
  readonly #againBy: ReadonlyMap<number, readonly (readonly string[])[]>;
  readonly #name: string;

  constructor(captured: Captured, options: CaptureOptions, pinned: ReadonlySet<string>) {
    this.#captured = captured;
    this.#options = options;
    this.#pinned = pinned;
    this.#forkedBy = forkedByDeclared(captured.root);
    this.#againBy = declaredByDeclared(captured.root);
    this.#name = sandboxName(captured.root, "captured");
  }

  whole(): Whole {
    const { map, remarks } = this.#sandbox(this.#captured.root, "", []);
    const root = new SpecMap().put("sandbox", this.#name, remarks);
    for (const [key, value] of map.fields) root.put(key, value, map.remarks.get(key));
    return { root, positions: this.#positions, skipped: this.#skipped };
  }

  #sandbox(
    sandbox: CapturedSandbox,
    path: string,
    around: readonly string[],
  ): { readonly map: SpecMap; readonly remarks: readonly string[] } {
    const { fields, remarks } = sandboxFields(sandbox, path === "", this.#options.observer);
    const owners = sandbox.ownsPid ? [...around, path] : around;
    const names = new Names(this.#name);
    const init = sandbox.init === null ? null : names.take(processName(sandbox.init));
    const map = new SpecMap();
    for (const [key, value] of Object.entries(fields)) map.put(key, value);
    if (init !== null) map.put("init", init);
    if (sandbox.reaper !== null) this.#add(sandbox.reaper, joined(path, "init"), owners);

    const processes = new SpecMap();
    if (sandbox.init !== null && init !== null) {
      this.#process(processes, init, sandbox.init, sandbox, path, owners);
    }
    for (const process of sandbox.processes) {
      const name = names.take(processName(process), init);
      this.#process(processes, name, process, sandbox, path, owners);
    }
    const sandboxes = new SpecMap();
    for (const inner of sandbox.sandboxes) {
      const name = names.take(sandboxName(inner, "sandbox"), init);
      const made = this.#sandbox(inner, joined(path, name), owners);
      // A map without fields would be dropped, and the sandbox with it.
      if (made.map.fields.size === 0) made.map.put("until", "all");
      sandboxes.put(name, made.map, made.remarks);
    }
    this.#skipped.push(...sandbox.skipped);
    return { map: shared(map, processes).put("sandboxes", sandboxes), remarks };
  }

  #add(process: ObservedProcess, path: string, owners: readonly string[]): void {
    const pids = process.pids.slice(this.#captured.shift + 1);
    this.#positions.push({ path, pids, owners });
  }

  #process(
    into: SpecMap,
    name: string,
    process: ObservedProcess,
    sandbox: CapturedSandbox,
    path: string,
    owners: readonly string[],
  ): void {
    const { fields, remarks } = processFields(process, sandbox, this.#options);
    this.#add(process, joined(path, name), owners);
    const pids = process.pids.slice(this.#captured.shift + 1);
    const own = owners.length - 1;
    const isPinned = (index: number) => this.#pinned.has(owners[index] ?? "");
    const map = new SpecMap();
    for (const [key, value] of Object.entries(fields)) map.put(key, value);
    if (own >= 0 && process !== sandbox.init && isPinned(own)) map.put("pid", pids[own]);
    const above = new SpecMap();
    for (let index = 0; index < own; index++) {
      if (isPinned(index)) above.put(owners[index] || this.#name, pids[index]);
    }
    const forked = forkedRemark(this.#forkedBy.get(pidOf(process)) ?? []);
    const again = againRemark(this.#againBy.get(pidOf(process)) ?? []);
    into.put(name, map.put("pids", above), [...remarks, ...forked, ...again]);
  }
}

/** Fields that move to the sandbox where all its processes agree. */
const SHARED = ["cwd", "umask"] as const;

function shared(sandbox: SpecMap, processes: SpecMap): SpecMap {
  const all = [...processes.fields.values()].filter((each) => each instanceof SpecMap);
  for (const key of SHARED) {
    const value = all[0]?.fields.get(key);
    if (all.length < 2 || value === undefined) continue;
    if (!all.every((each) => each.fields.get(key) === value)) continue;
    for (const each of all) each.fields.delete(key);
    sandbox.put(key, value);
  }
  return sandbox.put("processes", processes);
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

function everySandbox(root: CapturedSandbox): CapturedSandbox[] {
  const sandboxes = [root];
  for (let at = 0; at < sandboxes.length; at++) sandboxes.push(...(sandboxes[at]?.sandboxes ?? []));
  return sandboxes;
}

/** Commands of declared processes that another declared one had forked, by the PID of that one. */
function declaredByDeclared(root: CapturedSandbox): Map<number, (readonly string[])[]> {
  const declared = everySandbox(root).flatMap(({ init, processes }) =>
    init === null ? processes : [init, ...processes],
  );
  const pids = new Set(declared.map(pidOf));
  const forked = declared.filter(({ parentPid }) => pids.has(parentPid));
  const groups = Map.groupBy(forked, ({ parentPid }) => parentPid);
  return new Map(Array.from(groups, ([pid, children]) => [pid, children.map(({ argv }) => argv)]));
}

/** Commands of forked processes, by the PID of their nearest declared ancestor. */
function forkedByDeclared(root: CapturedSandbox): Map<number, (readonly string[])[]> {
  const skipped = everySandbox(root)
    .flatMap((sandbox) => sandbox.skipped)
    .filter(({ why }) => why === "forked");
  const parents = new Map(skipped.map(({ process, by }) => [pidOf(process), by] as const));
  const commands = new Map<number, (readonly string[])[]>();
  for (const { process, by } of skipped) {
    let ancestor = by;
    for (let up = ancestor; up != null; up = parents.get(pidOf(up)) ?? null) ancestor = up;
    const pid = ancestor === null ? 0 : pidOf(ancestor);
    commands.set(pid, [...(commands.get(pid) ?? []), process.argv]);
  }
  return commands;
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

function processName({ comm, argv }: ObservedProcess): string {
  return nameOf(comm || (argv[0]?.split("/").at(-1) ?? ""), "process");
}

/** Named by its host name, else by its init, else by its first process. */
function sandboxName(
  { sample, around, init, processes, ownsPid }: CapturedSandbox,
  fallback: string,
): string {
  const own = sample.namespaces.names?.hostname;
  if (own !== undefined && own !== around.namespaces.names?.hostname) return nameOf(own, fallback);
  const [first] = processes;
  const named = init ?? (ownsPid ? null : first);
  return named == null ? fallback : `${processName(named)}-sandbox`;
}

/** The names taken in one sandbox; equal ones are numbered. */
class Names {
  readonly #taken: Set<string>;

  /** No sandbox may have the root's name: pins refer to it. */
  constructor(root: string) {
    this.#taken = new Set([root]);
  }

  /** A process with the init's name gets another, so that its copies can become replicas. */
  take(wanted: string, init: string | null = null): string {
    const base = wanted === init ? `other-${wanted}` : wanted;
    let number = 1;
    while (this.#taken.has(copyName(base, number))) number++;
    const name = copyName(base, number);
    this.#taken.add(name);
    return name;
  }
}
