/** From a plan back to a spec that compiles to the same plan. Pure. */

import { durationText, signedDurationText } from "../base/duration.ts";
import { NAMESPACES } from "../base/namespace-kinds.ts";
import { DEFAULT_STOP, FIXED_ENV } from "../base/process-defaults.ts";
import { shellIsNeeded } from "../check/rules/shell-not-needed.ts";
import { processFieldRecord } from "../fields/process-fields.ts";
import type { Expect, Identity, Output, ResourceLimit, Stdin, Stop } from "../ir/process.ts";
import type { Clocks } from "../ir/sandbox.ts";
import { signalName } from "../ir/signals.ts";
import type { Plan, PlanSandbox, Slot, SlotProcess, Until } from "../plan/plan.ts";
import { fieldSpec } from "./field-spec.ts";
import { type CopyNumber, generalise } from "./generalise.ts";
import { SpecMap, type SpecValue, specMap } from "./spec-tree.ts";

/** What shall be remarked above a process or a sandbox. */
export interface Remarks {
  readonly slot: (index: number) => readonly string[];
  readonly sandbox: (index: number) => readonly string[];
}

export interface PlanSpec {
  readonly root: SpecMap;
  /**
   * Names whose copies differ by more than what follows from their numbers: the spec is wrong for
   * these, and they need names of their own first; see `withOwnNames`.
   */
  readonly unfolded: ReadonlySet<string>;
}

/** `worker.3` becomes `worker-3` for each of these names, with enough `-` that no other has it. */
export function withOwnNames(plan: Plan, names: ReadonlySet<string>): Plan {
  const parts = new Set(plan.slots.flatMap(({ path }) => path.split("/")));
  const dashed = (mark: string) => (part: string) => {
    const [, base = "", numbers = ""] = /^(.+?)((?:\.\d+)+)$/.exec(part) ?? [];
    return names.has(base) ? base + numbers.replaceAll(".", mark) : part;
  };
  let mark = "-";
  while ([...parts].some((part) => dashed(mark)(part) !== part && parts.has(dashed(mark)(part)))) {
    mark += "-";
  }
  const renamed = (path: string) => path.split("/").map(dashed(mark)).join("/");
  return {
    ...plan,
    sandboxes: plan.sandboxes.map((each) => ({
      ...each,
      name: renamed(each.name),
      path: renamed(each.path),
    })),
    slots: plan.slots.map((slot) => ({ ...slot, path: renamed(slot.path) })),
  };
}

const NO_REMARKS: Remarks = { slot: () => [], sandbox: () => [] };

export function specOfPlan(plan: Plan, remarks: Remarks = NO_REMARKS): PlanSpec {
  const writer = new Writer(plan, remarks);
  return { root: writer.root(), unfolded: writer.unfolded };
}

/** `worker.3` is copy 3 of `worker`. */
const COPY = /^(.+)\.(\d+)$/;

/** Fields of a spec; one without a value is not written. */
type SpecFields = Readonly<Record<string, SpecValue | undefined>>;

interface Named {
  readonly name: string;
  readonly value: SpecMap;
  readonly remarks: readonly string[];
}

class Writer {
  readonly unfolded = new Set<string>();
  readonly #plan: Plan;
  readonly #remarks: Remarks;
  readonly #below: number[][];
  readonly #paths: ReadonlySet<string>;

  constructor(plan: Plan, remarks: Remarks) {
    this.#plan = plan;
    this.#remarks = remarks;
    this.#below = plan.sandboxes.map(() => []);
    plan.sandboxes.forEach(({ parent }, index) => {
      if (parent !== null) this.#below[parent]?.push(index);
    });
    this.#paths = new Set([
      ...plan.slots.map(({ path }) => path),
      ...plan.sandboxes.map(({ path }) => joined(path, "init")),
    ]);
  }

  root(): SpecMap {
    const { sandbox, description } = this.#plan;
    const root = specMap({ sandbox, description: description || undefined });
    const own = this.#own(0);
    own.put("sandboxes", this.#nested(0));
    for (const [key, value] of own.fields) root.put(key, value, own.remarks.get(key));
    return root;
  }

  /** A sandbox without those inside of it. */
  #own(index: number): SpecMap {
    const sandbox = this.#sandboxAt(index);
    const { initMode, initSlot, until, timeoutMs, stop } = sandbox;
    const isRoot = sandbox.parent === null;
    const rootTree = isRoot && sandbox.namespaces.mount === "new" ? "host" : "inherit";
    // What a spec says of each field of a plan: a field that is left out does not compile. Empty
    // ones follow from others, or are where the sandbox stands.
    const written: Readonly<Record<keyof PlanSandbox, SpecFields>> = {
      name: {},
      path: {},
      span: {},
      parent: {},
      level: {},
      nsHelper: {},
      mapper: {},
      lastPid: {},
      mounts: {},
      initMode: {},
      clocks: {},
      namespaces: { namespaces: namespacesOf(sandbox, isRoot) },
      initSlot: { init: initMode === "process" ? nameOf(this.#plan.slots[initSlot]) : undefined },
      hostname: { hostname: sandbox.hostname ?? undefined },
      domainname: { domainname: sandbox.domainname ?? undefined },
      user: { user: userOf(sandbox) },
      uidMap: {},
      gidMap: {},
      root: { root: sandbox.root === rootTree ? undefined : sandbox.root },
      until: { until: this.#untilOf(until) },
      timeoutMs: { timeout: timeoutMs === null ? undefined : durationText(timeoutMs) },
      stop: { stop: stopOf(stop, DEFAULT_STOP) },
      slots: { processes: this.#processes(sandbox) },
    };
    return specMap(Object.assign({}, ...Object.values(written)) as SpecFields);
  }

  #untilOf(until: Until): string | undefined {
    if (until.kind === "process") return this.#untilName(until.slots);
    return until.kind === "all" ? undefined : until.kind;
  }

  /** The name that copies share, by slot. */
  #untilName({ first, end }: { readonly first: number; readonly end: number }): string {
    const name = nameOf(this.#plan.slots[first]);
    return end - first > 1 ? name.replace(COPY, "$1") : name;
  }

  #sandboxAt(index: number): PlanSandbox {
    const sandbox = this.#plan.sandboxes[index];
    if (sandbox === undefined) throw new Error(`bug: the plan has no sandbox ${index}`);
    return sandbox;
  }

  #processes(sandbox: PlanSandbox): SpecMap {
    const named: Named[] = [];
    for (let index = sandbox.slots.first; index < sandbox.slots.end; index++) {
      const slot = this.#plan.slots[index];
      if (slot?.process == null) continue;
      named.push({
        name: nameOf(slot),
        value: this.#process(slot, slot.process, sandbox),
        remarks: this.#remarks.slot(index),
      });
    }
    return this.#replicas(named);
  }

  #process(slot: Slot, process: SlotProcess, sandbox: PlanSandbox): SpecMap {
    const { env, inheritEnv, cwd, limits, user, expect } = process;
    const variables = env.filter(([name, value]) => FIXED_ENV[name] !== value);
    // What a spec says of each field of a plan: a field that is left out does not compile.
    const written: Readonly<Record<keyof SlotProcess, SpecFields>> = {
      argv: commandOf(process.argv),
      pins: this.#pinsOf(slot, process.pins, sandbox),
      env: { env: mapOfPairs(variables) },
      inheritEnv: { inherit_env: inheritEnv.length > 0 ? inheritEnv : undefined },
      cwd: { cwd: cwd ?? undefined },
      limits: { limits: mapOfPairs(limits.map((limit) => [limit.name, limitOf(limit)])) },
      user: { user: user === null ? undefined : identityOf(user, sandbox.user?.groups ?? []) },
      dependsOn: { depends_on: this.#dependsOf(process, sandbox) },
      ...processFieldRecord((entry, key) => ({ [entry.name]: fieldSpec(entry, process[key]) })),
      stdin: { stdin: stdinOf(process.stdin) },
      stdout: { stdout: outputOf(process.stdout) },
      stderr: { stderr: outputOf(process.stderr) },
      stop: { stop: stopOf(process.stop, sandbox.stop) },
      expect: { expect: expect === null ? undefined : this.#expectOf(expect, sandbox) },
    };
    return specMap(Object.assign({}, ...Object.values(written)) as SpecFields);
  }

  /** The sandbox that owns the PID namespace of a level, as `pids` names it. */
  #ownerAt(level: number, from: PlanSandbox): string {
    for (let at: PlanSandbox = from; ; at = this.#sandboxAt(at.parent)) {
      if (at.level === level && at.initMode !== "subreaper")
        return at.path === "" ? this.#plan.sandbox : at.path;
      if (at.parent === null) return "host";
    }
  }

  #pinsOf({ level }: Slot, pins: SlotProcess["pins"], sandbox: PlanSandbox) {
    const [first, ...rest] = pins;
    const isOwn = first?.level === level && level > 0;
    const others = isOwn ? rest : pins;
    return {
      pid: isOwn ? first.pid : undefined,
      pids: mapOfPairs(others.map((pin) => [this.#ownerAt(pin.level, sandbox), pin.pid])),
    };
  }

  #expectOf(expect: Expect, sandbox: PlanSandbox): SpecMap {
    const { pid, pids, ppid, level, exit, signal } = expect;
    const owners = (pids ?? []).map((each): [string, number] => [
      this.#ownerAt(each.level, sandbox),
      each.pid,
    ]);
    return specMap({
      pid: pid?.value,
      pids: mapOfPairs(owners),
      ppid: ppid?.value,
      level: level?.value,
      exit: exit?.value,
      signal: signal === undefined ? undefined : signalName(signal.value),
    });
  }

  #dependsOf({ dependsOn }: SlotProcess, sandbox: PlanSandbox): SpecValue | undefined {
    const named = dependsOn.map(({ slot, condition }): [string, string] => [
      this.#reference(this.#plan.slots[slot]?.path ?? "", sandbox),
      condition,
    ]);
    if (named.length === 0) return undefined;
    const isPlain = named.every(([, condition]) => condition === "started");
    return isPlain ? named.map(([name]) => name) : mapOfPairs(named);
  }

  /** The shortest name that leads from a sandbox to a slot: looked up there, then outwards. */
  #reference(path: string, from: PlanSandbox): string {
    const nearer: string[] = [];
    for (let at: PlanSandbox = from; ; at = this.#sandboxAt(at.parent)) {
      const prefix = at.path === "" ? "" : `${at.path}/`;
      if (path.startsWith(prefix)) {
        const name = path.slice(prefix.length);
        if (!nearer.some((other) => this.#paths.has(other + name))) return name;
      }
      nearer.push(prefix);
      if (at.parent === null) return path;
    }
  }

  /** Sandboxes inside of one, copies as copies. */
  #nested(index: number): SpecMap {
    const named = (this.#below[index] ?? []).map((child) => this.#nest(child));
    return this.#replicas(named);
  }

  /** `doll.1/doll.2/doll.3` as one with `nest: 3`; what is inside of the last is inside of it. */
  #nest(first: number): Named {
    const chain = [first];
    const { name } = this.#sandboxAt(first);
    const [, base = "", number] = COPY.exec(name) ?? [];
    for (let last = first; number === "1"; ) {
      const next = `${base}.${chain.length + 1}`;
      const inner = (this.#below[last] ?? []).filter((each) => this.#sandboxAt(each).name === next);
      const [only] = inner;
      // Beside `a.1` in the same sandbox `a.2` is its replica, not the next level of a nest.
      const isRow = (this.#below[last] ?? []).some(
        (each) => this.#sandboxAt(each).name === `${base}.1`,
      );
      if (only === undefined || isRow) break;
      chain.push(only);
      last = only;
    }
    const remarks = this.#remarks.sandbox(first);
    const inside = this.#nested(chain.at(-1) ?? first);
    if (chain.length === 1) {
      return { name, value: this.#own(first).put("sandboxes", inside), remarks };
    }
    const copies = chain.map((each) => ({ name, value: this.#own(each), remarks: [] }));
    const one = this.#generalised(copies, base, "nest").put("nest", chain.length);
    return { name: base, value: one.put("sandboxes", inside), remarks };
  }

  /** `worker.1 … worker.N` as one with `replicas: N`, where the first of them stood. */
  #replicas(named: readonly Named[]): SpecMap {
    const rows = new Map<string, Named[]>();
    for (const each of named) {
      const [, base = "", number] = COPY.exec(each.name) ?? [];
      const row = rows.get(base);
      const isNext = Number(number) === (row?.length ?? 0) + 1;
      // A copy without the others cannot have its name.
      if (!isNext && base !== "") this.unfolded.add(base.replace(/(\.\d+)+$/, ""));
      if (!isNext) rows.set(each.name, [each]);
      else if (row === undefined) rows.set(base, [each]);
      else row.push(each);
    }
    const map = new SpecMap();
    for (const [name, row] of rows) {
      const [first] = row;
      const remarks = [...new Set(row.flatMap((each) => each.remarks))];
      if (first?.name === name) map.put(name, first.value, remarks);
      else
        map.put(name, this.#generalised(row, name, "replica").put("replicas", row.length), remarks);
    }
    return map;
  }

  /** Where copies have no common form, the first stands for all, with a remark. */
  #generalised(copies: readonly Named[], name: string, by: CopyNumber): SpecMap {
    const one = generalise(
      copies.map(({ value }) => value),
      by,
    );
    if (!(one instanceof SpecMap)) this.unfolded.add(name.replace(/(\.\d+)+$/, ""));
    const copy = new SpecMap();
    const whole = one instanceof SpecMap ? one : copies[0]?.value;
    for (const [key, value] of whole?.fields ?? []) {
      copy.put(key, value, whole?.remarks.get(key) ?? []);
    }
    return copy;
  }
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

function nameOf(slot: Slot | undefined): string {
  return slot?.path.split("/").at(-1) ?? "";
}

function mapOfPairs(pairs: readonly (readonly [string, SpecValue])[]): SpecMap {
  const map = new SpecMap();
  for (const [key, value] of pairs) map.put(key, value);
  return map;
}

function namespacesOf({ namespaces, clocks }: PlanSandbox, isRoot: boolean): SpecMap {
  const map = new SpecMap();
  for (const { kind, fallback } of NAMESPACES) {
    const usual = kind === "user" && isRoot ? "auto" : fallback;
    if (namespaces[kind] !== usual) map.put(kind, namespaces[kind]);
  }
  if (clocks !== null) map.put("time", clocksSpec(clocks));
  return map;
}

/** What `namespaces.time` is; without an offset just `new`. */
export function clocksSpec({ monotonicMs, boottimeMs }: Clocks): SpecValue {
  if (monotonicMs === 0 && boottimeMs === 0) return "new";
  return specMap({
    monotonic: monotonicMs === 0 ? undefined : signedDurationText(monotonicMs),
    boottime: boottimeMs === 0 ? undefined : signedDurationText(boottimeMs),
  });
}

function userOf({ user, uidMap }: PlanSandbox): SpecMap | undefined {
  const map = user === null ? new SpecMap() : identityOf(user, []);
  const rows = uidMap.map(({ inside, outside, count }) =>
    specMap({ inside, outside, count: count === 1 ? undefined : count }),
  );
  return rows.length > 0 ? map.put("map", rows) : map;
}

/** `usual` are the groups that it has where none are named. */
function identityOf({ uid, gid, groups }: Identity, usual: readonly number[]): SpecMap {
  const isUsual = groups.length === usual.length && groups.every((id, at) => id === usual[at]);
  return specMap({ uid, gid, groups: isUsual ? undefined : groups });
}

/** A script where one is needed: of a plain command there the check would say so. */
export function commandOf(argv: readonly string[]): { shell: string } | { run: readonly string[] } {
  const [shell, flag, script = ""] = argv;
  const isScript = argv.length === 3 && shell === "/bin/sh" && flag === "-c";
  return isScript && script.trim() !== "" && shellIsNeeded(script)
    ? { shell: script }
    : { run: argv };
}

export function limitOf({ soft, hard }: Pick<ResourceLimit, "soft" | "hard">): SpecValue {
  const text = (value: number | null) => value ?? "unlimited";
  return soft === hard ? text(soft) : specMap({ soft: text(soft), hard: text(hard) });
}

function stdinOf(stdin: Stdin): SpecValue | undefined {
  if (stdin.kind === "file") return specMap({ file: stdin.path });
  if (stdin.kind === "text") return specMap({ text: stdin.text });
  return stdin.kind === "null" ? undefined : stdin.kind;
}

function outputOf(output: Output): SpecValue | undefined {
  if (output.kind === "file") return specMap({ file: output.path });
  return output.kind === "log" ? undefined : output.kind;
}

function stopOf({ signal, graceMs, scope }: Stop, usual: Stop): SpecMap | undefined {
  return specMap({
    signal: signal === usual.signal ? undefined : signalName(signal),
    grace: graceMs === usual.graceMs ? undefined : durationText(graceMs),
    scope: scope === usual.scope ? undefined : scope,
  });
}
