/** From the expanded draft to the IR: defaults, environments, dependencies, pins. Pure. */

import { byKind } from "../base/namespace-kinds.ts";
import { DEFAULT_STOP, DEFAULT_UMASK } from "../base/process-defaults.ts";
import type { Span } from "../base/span.ts";
import { isWaitCondition } from "../base/wait-conditions.ts";
import { diagnostic } from "../diag/diagnostic.ts";
import type { NamespaceKind, NamespaceMode } from "../ir/namespaces.ts";
import type { Dependency, DependencyCondition, Pin, Process } from "../ir/process.ts";
import type { IdMap, Sandbox } from "../ir/sandbox.ts";
import type { Budget } from "../spec/budget.ts";
import { entriesOf, entryOf, get, integerOf, type Node, numberOf, textOf } from "../spec/node.ts";
import { didYouMean } from "../spec/suggest.ts";
import { type BoxDraft, everyBox, isNew, type ProcessDraft, pathOf } from "./draft.ts";
import { checkEnv, envOf, inheritedOf } from "./environment.ts";
import { expectOf } from "./expect.ts";
import { hasLost, lostPlaces } from "./lost.ts";
import {
  commandOf,
  durationOf,
  type Found,
  identityOf,
  limitsOf,
  outputOf,
  stdinOf,
  stopOf,
  umaskOf,
} from "./values.ts";

/** Names that a dependency can have, with the path of the slot each stands for. */
type Scope = ReadonlyMap<string, readonly string[]>;

interface Names {
  readonly scopes: Map<BoxDraft, Scope>;
  readonly boxes: Map<BoxDraft, ReadonlyMap<string, BoxDraft>>;
  readonly budget: Budget;
}

/** Fills in every process of the tree. */
export function resolveProcesses(root: BoxDraft, budget: Budget, found: Found): void {
  const names: Names = { scopes: new Map(), boxes: new Map(), budget };
  const lost = lostPlaces(found);
  // Replicas have one node: its values are read, and its mistakes reported, once for each sandbox
  // that it is in, since much of it is by default the sandbox's.
  const readIn = new Map<Node | null, Map<Node, Process | null>>();
  for (const box of everyBox(root)) {
    const read = readIn.get(box.node) ?? new Map<Node, Process | null>();
    readIn.set(box.node, read);
    for (const draft of box.processes) {
      if (budget.isSpent) return;
      if (!read.has(draft.node)) read.set(draft.node, processOf(draft, lost, found));
      const base = read.get(draft.node);
      if (!base) continue;
      const pins = pinsOf(draft, found);
      draft.ir = {
        ...base,
        name: draft.name,
        path: draft.path,
        pins,
        dependsOn: dependenciesOf(draft, names, found),
        expect: expectOf(draft, pins, found),
      };
    }
  }
}

function processOf(draft: ProcessDraft, lost: ReadonlySet<string>, found: Found): Process | null {
  const { node, box } = draft;
  const isMap = node.kind === "map";
  const argv = isMap ? argvOf(draft, lost, found) : commandOf(node, found);
  if (argv === null) return null;
  const map = isMap ? node : null;
  checkEnv(map, found);
  const boxStop = get(box.node, "stop");
  const stop = boxStop === null ? DEFAULT_STOP : stopOf(boxStop, DEFAULT_STOP, []);
  return {
    name: draft.name,
    path: draft.path,
    span: draft.span,
    argv,
    pins: [],
    env: envOf(box.node, map),
    inheritEnv: inheritedOf(box.node, map),
    cwd: textOf(get(map, "cwd") ?? get(box.node, "cwd")),
    umask:
      umaskOf(get(map, "umask"), found) ?? umaskOf(get(box.node, "umask"), found) ?? DEFAULT_UMASK,
    limits: bothLimits(get(box.node, "limits"), get(map, "limits"), found),
    user: identityOf(get(map, "user"), identityOf(get(box.node, "user"), null)),
    dependsOn: [],
    stdin: stdinOf(get(map, "stdin")),
    stdout: outputOf(get(map, "stdout")),
    stderr: outputOf(get(map, "stderr")),
    stop: stopOf(get(map, "stop"), stop, found),
    timeoutMs: durationOf(get(map, "timeout"), found),
    essential: isTrue(get(map, "essential")),
    expect: null,
  };
}

const NO_LIMITS: Process["limits"] = [];

/** The process's own, and the sandbox's where it has none. */
function bothLimits(box: Node | null, map: Node | null, found: Found): Process["limits"] {
  if (box === null && map === null) return NO_LIMITS;
  const own = limitsOf(map, found);
  const around = limitsOf(box, []).filter(
    (limit) => !own.some((other) => other.resource === limit.resource),
  );
  return [...around, ...own].toSorted((a, b) => a.resource - b.resource);
}

function isTrue(node: Node | null): boolean {
  return node?.kind === "scalar" && node.value === true;
}

function argvOf(draft: ProcessDraft, lost: ReadonlySet<string>, found: Found): string[] | null {
  const run = get(draft.node, "run");
  const shell = get(draft.node, "shell");
  if ((run === null) === (shell === null)) {
    const both = run !== null;
    if (!both && hasLost(draft.node, lost)) return null;
    found.push(
      diagnostic(
        "SBX2005",
        both && shell ? shell.span : draft.span,
        `process "${draft.baseName}" has ${both ? "both `run` and `shell`" : "neither `run` nor `shell`"}`,
        {
          related: both && run ? [{ span: run.span, label: "the other one" }] : [],
          help: both ? "keep one of the two" : "add `run: PROGRAM ARGUMENTS` or `shell: SCRIPT`",
        },
      ),
    );
    return null;
  }
  if (run !== null) return commandOf(run, found);
  const script = textOf(shell);
  if (script === null) return null;
  if (script.trim() === "" && shell !== null) {
    found.push(
      diagnostic("SBX2006", shell.span, "the script is empty", {
        help: "write a command for /bin/sh",
      }),
    );
    return null;
  }
  return ["/bin/sh", "-c", script];
}

/** The sandbox, from `draft`'s own outwards, that owns a PID namespace and has this name. */
function ownerNamed(draft: ProcessDraft, name: string): BoxDraft | "host" | null {
  if (name === "host") return "host";
  const around: BoxDraft[] = [];
  for (let box: BoxDraft | null = draft.box; box !== null; box = box.parent) around.push(box);
  // A whole path first: where a sandbox is named as one around it, both can still be meant.
  return (
    around.find(({ path }) => path === name) ?? around.find((box) => box.name === name) ?? null
  );
}

/** The same, with a finding where there is none, or where it has no PID namespace to number in. */
export function ownerOf(
  draft: ProcessDraft,
  name: string,
  at: Span,
  found: Found,
): BoxDraft | "host" | null {
  const owner = ownerNamed(draft, name);
  if (owner === null) {
    const around = ["host", ...namesAround(draft)];
    const message = `"${name}" is no sandbox around process "${draft.baseName}"`;
    const help = `name one of ${around.join(", ")}`;
    found.push(diagnostic("SBX2205", at, message, { label: didYouMean(name, around), help }));
  } else if (owner !== "host" && !owner.ownsPid) {
    const message = `sandbox "${name}" has no PID namespace of its own`;
    const help = "name the sandbox above that has one";
    found.push(diagnostic("SBX2206", at, message, { help }));
    return null;
  }
  return owner;
}

const NO_PINS: readonly Pin[] = [];

function pinsOf(draft: ProcessDraft, found: Found): readonly Pin[] {
  const pid = get(draft.node, "pid");
  const pids = entriesOf(get(draft.node, "pids"));
  const first = pid ?? pids[0]?.value ?? null;
  if (first === null) return NO_PINS;
  const pins: Pin[] = [];
  if (draft.isShared) {
    found.push(
      diagnostic(
        "SBX2204",
        first.span,
        `process "${draft.baseName}" has replicas, which cannot share a PID`,
        {
          help: "remove the pin, or write the processes out",
        },
      ),
    );
    return pins;
  }
  // Also a number that is far too large: that it is no PID is said of it later.
  const own = numberOf(pid);
  if (pid !== null && own !== null) {
    if (!draft.box.ownsPid && draft.box.level === 0) {
      found.push(
        diagnostic(
          "SBX2206",
          pid.span,
          `process "${draft.baseName}" lives in the host's PID namespace`,
          {
            help: "pin it with `pids: {host: N}`, or make the PID namespace new",
          },
        ),
      );
    } else pins.push({ level: draft.box.level, pid: own, span: pid.span });
  }
  for (const { key, keySpan, value } of pids) {
    const owner = ownerOf(draft, key, keySpan, found);
    const number = numberOf(value);
    if (owner !== null && number !== null) {
      pins.push({ level: owner === "host" ? 0 : owner.level, pid: number, span: value.span });
    }
  }
  return pins;
}

function namesAround(draft: ProcessDraft): string[] {
  const names: string[] = [];
  for (let box: BoxDraft | null = draft.box; box !== null; box = box.parent) {
    names.push(box.path === "" ? box.name : box.path);
  }
  return names;
}

function dependenciesOf(draft: ProcessDraft, names: Names, found: Found): Dependency[] {
  const node = get(draft.node, "depends_on");
  if (node === null) return [];
  const asked: { name: string; condition: DependencyCondition; at: Node["span"] }[] = [];
  if (node.kind === "map") {
    for (const { key, keySpan, value } of entriesOf(node)) {
      const condition = textOf(value) ?? "started";
      if (isWaitCondition(condition)) {
        asked.push({ name: key, condition, at: keySpan });
      }
    }
  } else {
    for (const item of node.kind === "list" ? node.items : [node]) {
      const name = textOf(item);
      if (name !== null) asked.push({ name, condition: "started", at: item.span });
    }
  }
  return asked.flatMap(({ name, condition, at }) => {
    const paths = lookUp(draft.box, name, names);
    if (paths === null && !hasNoCopy(draft.box, name)) {
      found.push(
        diagnostic(
          "SBX2103",
          at,
          `process "${draft.baseName}" depends on "${name}", which does not exist`,
          {
            label: didYouMean(name, namesFrom(draft.box, names)),
            help: "names are looked up in this sandbox first; use a path such as outer/db for another one",
          },
        ),
      );
    }
    if (!names.budget.spend("edges", paths?.length ?? 0, at)) return [];
    return (paths ?? []).map((path) => ({ path, condition, span: at }));
  });
}

/** From the sandbox outwards. Null: nothing has this name. */
function lookUp(from: BoxDraft, name: string, names: Names): readonly string[] | null {
  for (let box: BoxDraft | null = from; box !== null; box = box.parent) {
    const [head = "", ...rest] = name.split("/");
    let at: BoxDraft | undefined = box;
    let last = head;
    for (const part of rest) {
      at = at === undefined ? undefined : boxesOf(at, names).get(last);
      last = part;
    }
    const paths = at === undefined ? undefined : scopeOf(at, names).get(last);
    if (paths !== undefined) return paths;
  }
  return null;
}

function boxesOf(box: BoxDraft, { boxes }: Names): ReadonlyMap<string, BoxDraft> {
  const known = boxes.get(box);
  if (known !== undefined) return known;
  // Of two with one name the first is meant, as everywhere.
  const named = new Map(box.boxes.toReversed().map((nested) => [nested.name, nested] as const));
  boxes.set(box, named);
  return named;
}

/** Whether a name stands for what is there no time at all, or has been refused for its name. */
function hasNoCopy(from: BoxDraft, name: string): boolean {
  for (let box: BoxDraft | null = from; box !== null; box = box.parent) {
    if (entryOf(get(box.node, "processes"), name) !== null) return true;
    let at: Node | null = box.node;
    for (const part of name.split("/")) {
      const inner: Node | null = entryOf(get(at, "sandboxes"), part)?.value ?? null;
      at = inner ?? entryOf(get(at, "processes"), part)?.value ?? null;
      if (integerOf(get(at, "replicas")) === 0) return true;
    }
  }
  return false;
}

/** Own processes (a replicated one also by its plain name), nested sandboxes, and the init. */
function scopeOf(box: BoxDraft, { scopes }: Names): Scope {
  const known = scopes.get(box);
  if (known !== undefined) return known;
  const names = new Map<string, string[]>();
  const add = (name: string, path: string) => {
    const paths = names.get(name) ?? [];
    names.set(name, paths);
    paths.push(path);
  };
  for (const { name, baseName, isReplica, path } of box.processes) {
    add(name, path);
    if (isReplica) add(baseName, path);
  }
  for (const nested of box.boxes) {
    const init = pathOf(nested, "init");
    add(nested.name, init);
    const base = nested.name.replace(/(\.\d+)+$/, "");
    if (base !== nested.name) add(base, init);
  }
  add("init", pathOf(box, "init"));
  scopes.set(box, names);
  return names;
}

/** Empty where so many have been compared that it would take too long. */
function namesFrom(box: BoxDraft, names: Names): string[] {
  const found: string[] = [];
  for (let at: BoxDraft | null = box; at !== null; at = at.parent) {
    const scope = scopeOf(at, names);
    if (!names.budget.mayCompare(scope.size)) return [];
    found.push(...scope.keys());
  }
  return found;
}

/** The finished tree. Only of a draft without errors: every process then has its IR. */
export function sandboxOf(draft: BoxDraft): Sandbox {
  const { node } = draft;
  const until = textOf(get(node, "until")) ?? "all";
  const maps = get(get(node, "user"), "map");
  const idMap: IdMap[] = (maps?.kind === "list" ? maps.items : []).map((item) => ({
    inside: integerOf(get(item, "inside")) ?? 0,
    outside: integerOf(get(item, "outside")) ?? 0,
    count: integerOf(get(item, "count")) ?? 1,
  }));
  const sortedMap = idMap.toSorted((a, b) => a.inside - b.inside);
  const root = textOf(get(node, "root"));
  return {
    name: draft.name,
    path: draft.path,
    span: draft.span,
    description: textOf(get(node, "description")) ?? "",
    namespaces: namespacesOf(draft),
    level: draft.level,
    init: draft.init,
    hostname: textOf(get(node, "hostname")),
    domainname: textOf(get(node, "domainname")),
    user: identityOf(get(node, "user"), null),
    uidMap: sortedMap,
    gidMap: sortedMap,
    root: root === "host" || root === "host-rw" || root === "inherit" ? root : rootDefault(draft),
    until: until === "all" || until === "any" ? until : { processes: namedBy(draft, until) },
    timeoutMs: durationOf(get(node, "timeout"), []),
    stop: stopOf(get(node, "stop"), DEFAULT_STOP, []),
    processes: draft.processes.flatMap(({ ir }) => (ir === null ? [] : [ir])),
    sandboxes: draft.boxes.map(sandboxOf),
  };
}

/** The process of this name, or all copies of it. */
export function namedBy({ processes }: BoxDraft, name: string): string[] {
  const meant = processes.filter((process) => process.name === name || process.baseName === name);
  return meant.map((process) => process.name);
}

function rootDefault(draft: BoxDraft): Sandbox["root"] {
  return draft.parent === null && isNew(draft.node, "mount", true) ? "host" : "inherit";
}

function namespacesOf(draft: BoxDraft): Record<NamespaceKind, NamespaceMode> {
  return byKind(({ kind, fallback }): NamespaceMode => {
    const asked = textOf(get(get(draft.node, "namespaces"), kind));
    if (asked === "new" || asked === "inherit") return asked;
    return kind === "user" && draft.parent === null ? "auto" : fallback;
  });
}
