/** From a plan to the image that the shim runs. Pure. */

import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import type { IdMap } from "../ir/sandbox.ts";
import { planHash } from "../plan/canonical.ts";
import type { Plan, PlanSandbox, Slot, SlotProcess } from "../plan/plan.ts";
import {
  ENUMS,
  type EnumName,
  IMAGE_MAGIC,
  IMAGE_STRUCTS,
  NONE,
  placesOf,
  SECTIONS,
  type SectionName,
  type Struct,
  WIRE_VERSION,
} from "./layout.ts";
import { StringPool } from "./string-pool.ts";

type Values = Readonly<Record<string, number | bigint>>;

const ALIGNMENT = 8;

/** Rows of each section but `strings`, as they are collected. */
class Sections {
  readonly strings = new StringPool();
  readonly #rows = new Map<SectionName, { size: number; records: Uint8Array[] }>();

  /** Adds a record of `struct`; returns its index in the section. */
  add(section: SectionName, struct: Struct, values: Values): number {
    const { fields, size } = placesOfCached(struct);
    const record = new Uint8Array(size);
    const view = new DataView(record.buffer);
    for (const field of fields) {
      const value = values[field.name] ?? 0;
      if (field.type === "u64") view.setBigUint64(field.offset, BigInt(value), true);
      else view.setUint32(field.offset, Number(value), true);
    }
    return this.#push(section, record);
  }

  addWord(section: SectionName, word: number): number {
    const record = new Uint8Array(4);
    new DataView(record.buffer).setUint32(0, word, true);
    return this.#push(section, record);
  }

  /** Index of the first of `words`, which then stand together. */
  addWords(section: SectionName, words: readonly number[]): number {
    const first = this.count(section);
    for (const word of words) this.addWord(section, word);
    return first;
  }

  count(section: SectionName): number {
    return this.#rows.get(section)?.records.length ?? 0;
  }

  bytes(section: SectionName): { count: number; parts: readonly Uint8Array[] } {
    if (section === "strings") {
      const bytes = this.strings.bytes();
      return { count: bytes.length, parts: [bytes] };
    }
    const records = this.#rows.get(section)?.records ?? [];
    return { count: records.length, parts: records };
  }

  #push(section: SectionName, record: Uint8Array): number {
    const rows = this.#rows.get(section) ?? { size: record.length, records: [] };
    this.#rows.set(section, rows);
    return rows.records.push(record) - 1;
  }
}

const places = new Map<Struct, ReturnType<typeof placesOf>>();

function placesOfCached(struct: Struct): ReturnType<typeof placesOf> {
  const known = places.get(struct) ?? placesOf(struct);
  places.set(struct, known);
  return known;
}

function numberOf<Name extends EnumName>(name: Name, value: (typeof ENUMS)[Name][number]): number {
  return (ENUMS[name] as readonly string[]).indexOf(value);
}

export function encodeImage(plan: Plan): Uint8Array {
  const sections = new Sections();
  const owned = ownedSlots(plan);
  const monitorOwned = owned.get(null) ?? [];
  const header = {
    name: sections.strings.add(plan.sandbox),
    description: sections.strings.add(plan.description),
    monitor_owned_first: sections.addWords("owned", monitorOwned),
    monitor_owned_count: monitorOwned.length,
  };
  const dependents = dependentsOf(plan);
  plan.sandboxes.forEach((sandbox, index) => {
    addSandbox(sections, sandbox, owned.get(index) ?? []);
  });
  plan.slots.forEach((slot, index) => {
    addSlot(sections, slot, dependents[index] ?? []);
  });
  for (const { span } of [...plan.sandboxes, ...plan.slots]) {
    const file = sections.strings.add(span.file);
    sections.add("sources", IMAGE_STRUCTS.image_source, { file, start: span.start, end: span.end });
  }
  return assemble(sections, header, planHash(plan));
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
  for (const map of maps) sections.add("id_maps", IMAGE_STRUCTS.image_id_map, { ...map });
  return first;
}

function addMounts(sections: Sections, sandbox: PlanSandbox): number {
  const first = sections.count("mounts");
  for (const mount of sandbox.mounts) {
    sections.add("mounts", IMAGE_STRUCTS.image_mount, {
      kind: numberOf("mount_kind", mount.kind),
      at: mount.kind === "tmpfs" ? sections.strings.add(mount.at) : 0,
    });
  }
  return first;
}

function addSandbox(sections: Sections, sandbox: PlanSandbox, owned: readonly number[]): void {
  const { strings } = sections;
  const groups = sandbox.user?.groups ?? [];
  const kinds = NAMESPACE_KINDS.map((kind) => (sandbox.namespaces[kind] === "new" ? 1 : 0));
  sections.add("sandboxes", IMAGE_STRUCTS.image_sandbox, {
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
    last_pid: sandbox.lastPid ?? 0,
    until_kind: numberOf("until_kind", sandbox.until.kind),
    until_slot: sandbox.until.kind === "process" ? sandbox.until.slot : 0,
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

function addSlot(sections: Sections, slot: Slot, dependents: readonly Dependent[]): void {
  const first = sections.count("dependents");
  for (const dependent of dependents) {
    sections.add("dependents", IMAGE_STRUCTS.image_dependent, { ...dependent });
  }
  sections.add("slots", IMAGE_STRUCTS.image_slot, {
    path: sections.strings.add(slot.path),
    kind: numberOf("slot_kind", slot.kind),
    sandbox: slot.sandbox,
    supervisor: slot.supervisor ?? NONE,
    level: slot.level,
    pids_first: addPids(sections, slot.pids),
    process: slot.process === null ? NONE : addProcess(sections, slot.process),
    dependents_first: first,
    dependents_count: dependents.length,
  });
}

const INFINITY = 0xffff_ffff_ffff_ffffn;

function addLimits(sections: Sections, process: SlotProcess): number {
  const first = sections.count("limits");
  for (const { resource, soft, hard } of process.limits) {
    sections.add("limits", IMAGE_STRUCTS.image_limit, {
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
  return sections.add("processes", IMAGE_STRUCTS.image_process, {
    argv: strings.addList(process.argv),
    argv_count: process.argv.length,
    env: strings.addList(process.env.map(([name, value]) => `${name}=${value}`)),
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
    waits: process.dependsOn.length,
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
    const { count, parts } = sections.bytes(section);
    const offset = size;
    size = aligned(size + parts.reduce((sum, part) => sum + part.length, 0));
    return { offset, count, parts };
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
  for (const { offset, parts } of placed) {
    let at = offset;
    for (const part of parts) {
      image.set(part, at);
      at += part.length;
    }
  }
  return image;
}
