/** From a plan to the image that the shim runs. Pure. */

import { Lines } from "../diag/lines.ts";
import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import type { IdMap } from "../ir/sandbox.ts";
import { planHash } from "../plan/canonical.ts";
import type { Plan, PlanSandbox, Slot, SlotProcess } from "../plan/plan.ts";
import { expectationRecords } from "./expectations.ts";
import { processWireValues } from "./field-codec.ts";
import { enumNumber, ImageWriter } from "./image-writer.ts";
import { NONE } from "./layout.ts";
import { type Params, paramsText } from "./params.ts";

/** What an image holds besides its plan. */
export interface ImageExtras {
  /** The texts of its files, for the lines that the shim names by itself. */
  readonly sources?: ReadonlyMap<string, string>;
  /** The parameters of the spec: reports show them, and they change nothing. */
  readonly params?: Params;
}

/** `hash` is that of the plan, where it is known already. */
export function encodeImage(
  plan: Plan,
  hash: string = planHash(plan),
  { sources = new Map(), params = {} }: ImageExtras = {},
): Uint8Array {
  const writer = new ImageWriter();
  const owned = ownedSlots(plan);
  const monitorOwned = owned.get(null) ?? [];
  const header = {
    name: writer.strings.add(plan.sandbox),
    description: writer.strings.add(plan.description),
    params: writer.strings.add(paramsText(params)),
    unused: 0,
    monitor_owned_first: writer.addWords("owned", monitorOwned),
    monitor_owned_count: monitorOwned.length,
  };
  const dependents = dependentsOf(plan);
  plan.sandboxes.forEach((sandbox, index) => {
    addSandbox(writer, sandbox, owned.get(index) ?? []);
  });
  const processes = new Processes(writer);
  plan.slots.forEach((slot, index) => {
    addSlot(writer, processes, slot, dependents[index] ?? []);
  });
  for (const record of expectationRecords(plan)) writer.add("expectations", record);
  const lines = new Map([...sources].map(([file, text]) => [file, new Lines(text)] as const));
  for (const { span } of [...plan.sandboxes, ...plan.slots]) {
    const { file, start, end } = span;
    const line = lines.get(file)?.position(start).line ?? 0;
    writer.add("sources", { file: writer.strings.add(file), start, end, line });
  }
  return writer.image(header, hash.slice("sha256:".length));
}

/** By supervisor, in plan order. */
function ownedSlots(plan: Plan): Map<number | null, number[]> {
  const owned = new Map<number | null, number[]>();
  plan.slots.forEach((slot, index) => {
    const list = owned.get(slot.supervisor) ?? [];
    owned.set(slot.supervisor, list);
    list.push(index);
  });
  return owned;
}

type Dependent = { slot: number; condition: number };

function dependentsOf(plan: Plan): Dependent[][] {
  const dependents: Dependent[][] = [];
  plan.slots.forEach((slot, index) => {
    for (const dependency of slot.process?.dependsOn ?? []) {
      const list = dependents[dependency.slot] ?? [];
      dependents[dependency.slot] = list;
      list.push({ slot: index, condition: enumNumber("condition", dependency.condition) });
    }
  });
  return dependents;
}

function addMaps(image: ImageWriter, maps: readonly IdMap[]): number {
  const first = image.count("id_maps");
  for (const map of maps) image.add("id_maps", map);
  return first;
}

function addMounts(image: ImageWriter, sandbox: PlanSandbox): number {
  const first = image.count("mounts");
  for (const mount of sandbox.mounts) {
    image.add("mounts", {
      kind: enumNumber("mount_kind", mount.kind),
      at: mount.kind === "tmpfs" ? image.strings.add(mount.at) : 0,
    });
  }
  return first;
}

const NS_PER_MS = 1_000_000n;

function addSandbox(image: ImageWriter, sandbox: PlanSandbox, owned: readonly number[]): void {
  const { strings } = image;
  const named = sandbox.until.kind === "process" ? sandbox.until.slots : null;
  const groups = sandbox.user?.groups ?? [];
  const kinds = NAMESPACE_KINDS.map((kind) => (sandbox.namespaces[kind] === "new" ? 1 : 0));
  image.add("sandboxes", {
    path: strings.add(sandbox.path),
    name: strings.add(sandbox.name),
    parent: sandbox.parent ?? NONE,
    level: sandbox.level,
    init_mode: enumNumber("init_mode", sandbox.initMode),
    init_slot: sandbox.initSlot,
    slot_first: sandbox.slots.first,
    slot_end: sandbox.slots.end,
    namespaces_new: kinds.reduce<number>((bits, bit, index) => bits | (bit << index), 0),
    user_mode: enumNumber("user_mode", sandbox.namespaces.user),
    hostname: strings.add(sandbox.hostname ?? ""),
    domainname: strings.add(sandbox.domainname ?? ""),
    has_identity: sandbox.user === null ? 0 : 1,
    uid: sandbox.user?.uid ?? 0,
    gid: sandbox.user?.gid ?? 0,
    groups_first: image.addWords("groups", groups),
    groups_count: groups.length,
    uid_map_first: addMaps(image, sandbox.uidMap),
    uid_map_count: sandbox.uidMap.length,
    gid_map_first: addMaps(image, sandbox.gidMap),
    gid_map_count: sandbox.gidMap.length,
    monotonic_offset_ns: BigInt(sandbox.clocks?.monotonicMs ?? 0) * NS_PER_MS,
    boottime_offset_ns: BigInt(sandbox.clocks?.boottimeMs ?? 0) * NS_PER_MS,
    root: enumNumber("root_kind", sandbox.root),
    mounts_first: addMounts(image, sandbox),
    mounts_count: sandbox.mounts.length,
    ns_helper_first: sandbox.nsHelper === null ? NONE : addPids(image, sandbox.nsHelper),
    mapper_first: sandbox.mapper === null ? NONE : addPids(image, sandbox.mapper),
    last_pid: sandbox.lastPid ?? 0,
    until_kind: enumNumber("until_kind", sandbox.until.kind),
    until_first: named?.first ?? 0,
    until_count: named === null ? 0 : named.end - named.first,
    timeout_ms: sandbox.timeoutMs ?? 0,
    stop_signal: sandbox.stop.signal,
    stop_grace_ms: sandbox.stop.graceMs,
    stop_scope: enumNumber("stop_scope", sandbox.stop.scope),
    owned_first: image.addWords("owned", owned),
    owned_count: owned.length,
  });
}

/** Outermost first, as in the plan; the shim turns them round for clone3's set_tid. */
function addPids(image: ImageWriter, pids: readonly (number | null)[]): number {
  return image.addWords(
    "pids",
    pids.map((pid) => pid ?? 0),
  );
}

/** Copies of one process have one record. */
class Processes {
  readonly #image: ImageWriter;
  readonly #last = new Map<readonly string[], { process: SlotProcess; index: number }>();

  constructor(image: ImageWriter) {
    this.#image = image;
  }

  add(process: SlotProcess): number {
    const last = this.#last.get(process.argv);
    if (last !== undefined && isSame(last.process, process)) return last.index;
    const index = addProcess(this.#image, process);
    this.#last.set(process.argv, { process, index });
    return index;
  }
}

function isSame(one: SlotProcess, other: SlotProcess): boolean {
  const isAlike = (key: keyof SlotProcess) =>
    one[key] === other[key] || key === "dependsOn" || key === "pins";
  return (
    one.dependsOn.length === other.dependsOn.length &&
    one.pins.length + other.pins.length === 0 &&
    (Object.keys(one) as (keyof SlotProcess)[]).every(isAlike)
  );
}

function addSlot(
  image: ImageWriter,
  processes: Processes,
  slot: Slot,
  dependents: readonly Dependent[],
): void {
  const first = image.count("dependents");
  for (const dependent of dependents) {
    image.add("dependents", dependent);
  }
  image.add("slots", {
    path: image.strings.add(slot.path),
    kind: enumNumber("slot_kind", slot.kind),
    sandbox: slot.sandbox,
    supervisor: slot.supervisor ?? NONE,
    level: slot.level,
    pids_first: addPids(image, slot.pids),
    process: slot.process === null ? NONE : processes.add(slot.process),
    dependents_first: first,
    dependents_count: dependents.length,
  });
}

const INFINITY = 0xffff_ffff_ffff_ffffn;

function addLimits(image: ImageWriter, process: SlotProcess): number {
  const first = image.count("limits");
  for (const { resource, soft, hard } of process.limits) {
    image.add("limits", {
      resource,
      soft: soft === null ? INFINITY : BigInt(soft),
      hard: hard === null ? INFINITY : BigInt(hard),
      unused: 0,
    });
  }
  return first;
}

function addProcess(image: ImageWriter, process: SlotProcess): number {
  const { strings } = image;
  const { stdin, stdout, stderr, user } = process;
  const text = stdin.kind === "text" ? stdin.text : stdin.kind === "file" ? stdin.path : "";
  return image.add("processes", {
    argv: strings.addList(process.argv),
    argv_count: process.argv.length,
    env: strings.addPairs(process.env),
    env_count: process.env.length,
    inherit_env: strings.addList(process.inheritEnv),
    inherit_env_count: process.inheritEnv.length,
    cwd: strings.add(process.cwd ?? ""),
    limits_first: addLimits(image, process),
    limits_count: process.limits.length,
    has_identity: user === null ? 0 : 1,
    uid: user?.uid ?? 0,
    gid: user?.gid ?? 0,
    groups_first: image.addWords("groups", user?.groups ?? []),
    groups_count: user?.groups.length ?? 0,
    stdin_kind: enumNumber("stdin_kind", stdin.kind),
    stdin_text: strings.add(text),
    stdin_size: Buffer.byteLength(text),
    stdout_kind: enumNumber("output_kind", stdout.kind),
    stdout_path: strings.add(stdout.kind === "file" ? stdout.path : ""),
    stderr_kind: enumNumber("output_kind", stderr.kind),
    stderr_path: strings.add(stderr.kind === "file" ? stderr.path : ""),
    stop_signal: process.stop.signal,
    stop_grace_ms: process.stop.graceMs,
    stop_scope: enumNumber("stop_scope", process.stop.scope),
    ...processWireValues(process),
    expect: process.expect === null ? 0 : strings.add(JSON.stringify(process.expect)),
    pins: process.pins.length === 0 ? 0 : strings.add(JSON.stringify(process.pins)),
  });
}
