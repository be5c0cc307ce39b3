/** From a plan to the image that the shim runs. Pure. */

import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import type { IdMap } from "../ir/sandbox.ts";
import { planHash } from "../plan/canonical.ts";
import type { Plan, PlanSandbox, Slot, SlotProcess } from "../plan/plan.ts";
import { ENUMS, type EnumName } from "./enums.ts";
import { expectationRecords } from "./expectations.ts";
import {
  IMAGE_MAGIC,
  IMAGE_STRUCTS,
  NONE,
  SECTIONS,
  type SectionName,
  WIRE_VERSION,
} from "./layout.ts";
import { type Params, paramsText } from "./params.ts";
import { StringPool } from "./string-pool.ts";
import { placesOf, type Struct } from "./struct.ts";

type Values = Readonly<Record<string, number | bigint>>;

const ALIGNMENT = 8;

/** Records of one section, one after the other: whole words, little-endian. */
class Rows {
  /** Words of one record. */
  readonly width: number;
  count = 0;
  words: Uint32Array;

  constructor(width: number) {
    this.width = width;
    this.words = new Uint32Array(16 * width);
  }

  /** Room for one record more; returns the index of its first word. */
  grow(): number {
    const at = this.count++ * this.width;
    if (at + this.width > this.words.length) {
      const larger = new Uint32Array(2 * this.words.length);
      larger.set(this.words);
      this.words = larger;
    }
    return at;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer, 0, 4 * this.count * this.width);
  }
}

/** What each section but `strings` is made of. */
const RECORDS: Partial<Record<SectionName, Struct>> = {
  sandboxes: IMAGE_STRUCTS.image_sandbox,
  slots: IMAGE_STRUCTS.image_slot,
  processes: IMAGE_STRUCTS.image_process,
  dependents: IMAGE_STRUCTS.image_dependent,
  id_maps: IMAGE_STRUCTS.image_id_map,
  limits: IMAGE_STRUCTS.image_limit,
  mounts: IMAGE_STRUCTS.image_mount,
  expectations: IMAGE_STRUCTS.image_expectation,
  sources: IMAGE_STRUCTS.image_source,
};

interface WordField {
  readonly name: string;
  readonly word: number;
  readonly isLong: boolean;
}

class Sections {
  readonly strings = new StringPool();
  readonly #rows = new Map<SectionName, Rows>();
  readonly #fields = new Map<SectionName, readonly WordField[]>();

  constructor() {
    for (const section of SECTIONS) {
      const struct = RECORDS[section];
      const { fields, size } = struct === undefined ? { fields: [], size: 4 } : placesOf(struct);
      this.#rows.set(section, new Rows(size / 4));
      this.#fields.set(
        section,
        fields.map(({ name, type, offset }) => ({
          name,
          word: offset / 4,
          isLong: type === "u64",
        })),
      );
    }
  }

  /** Adds a record; returns its index in the section. */
  add(section: SectionName, values: Values): number {
    const rows = this.#of(section);
    const at = rows.grow();
    for (const { name, word, isLong } of this.#fields.get(section) ?? []) {
      const value = values[name] ?? 0;
      if (isLong) {
        const long = BigInt(value);
        rows.words[at + word] = Number(long & 0xffff_ffffn);
        rows.words[at + word + 1] = Number(long >> 32n);
      } else rows.words[at + word] = Number(value);
    }
    return rows.count - 1;
  }

  /** Index of the first of `words`, which then stand together. */
  addWords(section: SectionName, words: readonly number[]): number {
    const rows = this.#of(section);
    const first = rows.count;
    for (const word of words) {
      const at = rows.grow(); // may put other words in the place of these
      rows.words[at] = word;
    }
    return first;
  }

  count(section: SectionName): number {
    return this.#of(section).count;
  }

  /** Of `strings` the count is that of bytes. */
  bytes(section: SectionName): { count: number; bytes: Uint8Array } {
    if (section === "strings") {
      const bytes = this.strings.bytes();
      return { count: bytes.length, bytes };
    }
    return { count: this.count(section), bytes: this.#of(section).bytes() };
  }

  #of(section: SectionName): Rows {
    const rows = this.#rows.get(section);
    if (rows === undefined) throw new Error(`bug: there is no section ${section}`);
    return rows;
  }
}

function numberOf<Name extends EnumName>(name: Name, value: (typeof ENUMS)[Name][number]): number {
  return (ENUMS[name] as readonly string[]).indexOf(value);
}

/** `hash` is that of the plan, where it is known already; `params` are told, and change nothing. */
export function encodeImage(
  plan: Plan,
  hash: string = planHash(plan),
  params: Params = {},
): Uint8Array {
  const sections = new Sections();
  const owned = ownedSlots(plan);
  const monitorOwned = owned.get(null) ?? [];
  const header = {
    name: sections.strings.add(plan.sandbox),
    description: sections.strings.add(plan.description),
    params: sections.strings.add(paramsText(params)),
    monitor_owned_first: sections.addWords("owned", monitorOwned),
    monitor_owned_count: monitorOwned.length,
  };
  const dependents = dependentsOf(plan);
  plan.sandboxes.forEach((sandbox, index) => {
    addSandbox(sections, sandbox, owned.get(index) ?? []);
  });
  const processes = new Processes(sections);
  plan.slots.forEach((slot, index) => {
    addSlot(sections, processes, slot, dependents[index] ?? []);
  });
  for (const record of expectationRecords(plan)) sections.add("expectations", record);
  for (const { span } of [...plan.sandboxes, ...plan.slots]) {
    const file = sections.strings.add(span.file);
    sections.add("sources", { file, start: span.start, end: span.end });
  }
  return assemble(sections, header, hash);
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
      list.push({ slot: index, condition: numberOf("condition", dependency.condition) });
    }
  });
  return dependents;
}

function addMaps(sections: Sections, maps: readonly IdMap[]): number {
  const first = sections.count("id_maps");
  for (const map of maps) sections.add("id_maps", { ...map });
  return first;
}

function addMounts(sections: Sections, sandbox: PlanSandbox): number {
  const first = sections.count("mounts");
  for (const mount of sandbox.mounts) {
    sections.add("mounts", {
      kind: numberOf("mount_kind", mount.kind),
      at: mount.kind === "tmpfs" ? sections.strings.add(mount.at) : 0,
    });
  }
  return first;
}

function addSandbox(sections: Sections, sandbox: PlanSandbox, owned: readonly number[]): void {
  const { strings } = sections;
  const named = sandbox.until.kind === "process" ? sandbox.until.slots : null;
  const groups = sandbox.user?.groups ?? [];
  const kinds = NAMESPACE_KINDS.map((kind) => (sandbox.namespaces[kind] === "new" ? 1 : 0));
  sections.add("sandboxes", {
    path: strings.add(sandbox.path),
    name: strings.add(sandbox.name),
    parent: sandbox.parent ?? NONE,
    level: sandbox.level,
    init_mode: numberOf("init_mode", sandbox.initMode),
    init_slot: sandbox.initSlot,
    slot_first: sandbox.slots.first,
    slot_end: sandbox.slots.end,
    namespaces_new: kinds.reduce<number>((bits, bit, index) => bits | (bit << index), 0),
    user_mode: numberOf("user_mode", sandbox.namespaces.user),
    hostname: strings.add(sandbox.hostname ?? ""),
    domainname: strings.add(sandbox.domainname ?? ""),
    has_identity: sandbox.user === null ? 0 : 1,
    uid: sandbox.user?.uid ?? 0,
    gid: sandbox.user?.gid ?? 0,
    groups_first: sections.addWords("groups", groups),
    groups_count: groups.length,
    uid_map_first: addMaps(sections, sandbox.uidMap),
    uid_map_count: sandbox.uidMap.length,
    gid_map_first: addMaps(sections, sandbox.gidMap),
    gid_map_count: sandbox.gidMap.length,
    root: numberOf("root_kind", sandbox.root),
    mounts_first: addMounts(sections, sandbox),
    mounts_count: sandbox.mounts.length,
    joiner_first: sandbox.joiner === null ? NONE : addPids(sections, sandbox.joiner),
    mapper_first: sandbox.mapper === null ? NONE : addPids(sections, sandbox.mapper),
    last_pid: sandbox.lastPid ?? 0,
    until_kind: numberOf("until_kind", sandbox.until.kind),
    until_first: named?.first ?? 0,
    until_count: named === null ? 0 : named.end - named.first,
    timeout_ms: sandbox.timeoutMs ?? 0,
    stop_signal: sandbox.stop.signal,
    stop_grace_ms: sandbox.stop.graceMs,
    owned_first: sections.addWords("owned", owned),
    owned_count: owned.length,
  });
}

/** Outermost first, as in the plan; the shim turns them round for clone3's set_tid. */
function addPids(sections: Sections, pids: readonly (number | null)[]): number {
  return sections.addWords(
    "pids",
    pids.map((pid) => pid ?? 0),
  );
}

/** Copies of one process have one record. */
class Processes {
  readonly #sections: Sections;
  readonly #last = new Map<readonly string[], { process: SlotProcess; index: number }>();

  constructor(sections: Sections) {
    this.#sections = sections;
  }

  add(process: SlotProcess): number {
    const last = this.#last.get(process.argv);
    if (last !== undefined && isSame(last.process, process)) return last.index;
    const index = addProcess(this.#sections, process);
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
  sections: Sections,
  processes: Processes,
  slot: Slot,
  dependents: readonly Dependent[],
): void {
  const first = sections.count("dependents");
  for (const dependent of dependents) {
    sections.add("dependents", { ...dependent });
  }
  sections.add("slots", {
    path: sections.strings.add(slot.path),
    kind: numberOf("slot_kind", slot.kind),
    sandbox: slot.sandbox,
    supervisor: slot.supervisor ?? NONE,
    level: slot.level,
    pids_first: addPids(sections, slot.pids),
    process: slot.process === null ? NONE : processes.add(slot.process),
    dependents_first: first,
    dependents_count: dependents.length,
  });
}

const INFINITY = 0xffff_ffff_ffff_ffffn;

function addLimits(sections: Sections, process: SlotProcess): number {
  const first = sections.count("limits");
  for (const { resource, soft, hard } of process.limits) {
    sections.add("limits", {
      resource,
      soft: soft === null ? INFINITY : BigInt(soft),
      hard: hard === null ? INFINITY : BigInt(hard),
    });
  }
  return first;
}

function addProcess(sections: Sections, process: SlotProcess): number {
  const { strings } = sections;
  const { stdin, stdout, stderr, user } = process;
  const text = stdin.kind === "text" ? stdin.text : stdin.kind === "file" ? stdin.path : "";
  return sections.add("processes", {
    argv: strings.addList(process.argv),
    argv_count: process.argv.length,
    env: strings.addPairs(process.env),
    env_count: process.env.length,
    inherit_env: strings.addList(process.inheritEnv),
    inherit_env_count: process.inheritEnv.length,
    cwd: strings.add(process.cwd ?? ""),
    umask: process.umask,
    limits_first: addLimits(sections, process),
    limits_count: process.limits.length,
    has_identity: user === null ? 0 : 1,
    uid: user?.uid ?? 0,
    gid: user?.gid ?? 0,
    groups_first: sections.addWords("groups", user?.groups ?? []),
    groups_count: user?.groups.length ?? 0,
    stdin_kind: numberOf("stdin_kind", stdin.kind),
    stdin_text: strings.add(text),
    stdin_size: Buffer.byteLength(text),
    stdout_kind: numberOf("output_kind", stdout.kind),
    stdout_path: strings.add(stdout.kind === "file" ? stdout.path : ""),
    stderr_kind: numberOf("output_kind", stderr.kind),
    stderr_path: strings.add(stderr.kind === "file" ? stderr.path : ""),
    stop_signal: process.stop.signal,
    stop_grace_ms: process.stop.graceMs,
    timeout_ms: process.timeoutMs ?? 0,
    essential: process.essential ? 1 : 0,
    expect: process.expect === null ? 0 : strings.add(JSON.stringify(process.expect)),
    pins: process.pins.length === 0 ? 0 : strings.add(JSON.stringify(process.pins)),
  });
}

function assemble(sections: Sections, header: Values, hash: string): Uint8Array {
  const { fields, size: headerSize } = placesOf(IMAGE_STRUCTS.image_header);
  const aligned = (size: number) => Math.ceil(size / ALIGNMENT) * ALIGNMENT;
  let size = aligned(headerSize);
  const placed = SECTIONS.map((section) => {
    const { count, bytes } = sections.bytes(section);
    const offset = size;
    size = aligned(size + bytes.length);
    return { offset, count, bytes };
  });
  const image = new Uint8Array(size);
  const view = new DataView(image.buffer);
  for (const { name, type, offset } of fields) {
    if (type === "u32") view.setUint32(offset, Number(header[name] ?? 0), true);
    if (name === "magic") image.set(Buffer.from(IMAGE_MAGIC, "latin1"), offset);
    if (name === "version") view.setUint32(offset, WIRE_VERSION, true);
    if (name === "size") view.setUint32(offset, size, true);
    if (name === "sha256") image.set(Buffer.from(hash.slice("sha256:".length), "hex"), offset);
    if (name === "sections") {
      placed.forEach((section, index) => {
        view.setUint32(offset + 8 * index, section.offset, true);
        view.setUint32(offset + 8 * index + 4, section.count, true);
      });
    }
  }
  for (const { offset, bytes } of placed) image.set(bytes, offset);
  return image;
}
