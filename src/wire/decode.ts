/** From a plan image back to the plan: for `up FILE.plan` and cached plans. Pure. */

import { NO_SPAN, type Span } from "../base/span.ts";
import { LIMIT_NAMES } from "../ir/limit-names.ts";
import { NAMESPACE_KINDS, type NamespaceKind, type NamespaceMode } from "../ir/namespaces.ts";
import type { DependencyCondition, Expect, Identity, Output, Pin, Stdin } from "../ir/process.ts";
import type { IdMap } from "../ir/sandbox.ts";
import type { Mount, Plan, PlanSandbox, Slot, SlotProcess } from "../plan/plan.ts";
import { ENUMS, type EnumName, type EnumValue } from "./enums.ts";
import { wideAt, wordsAt } from "./fields.ts";
import {
  IMAGE_MAGIC,
  IMAGE_STRUCTS,
  NONE,
  SECTIONS,
  type SectionName,
  WIRE_VERSION,
} from "./layout.ts";
import { type Params, parsedParams } from "./params.ts";
import { placesOf, type Struct } from "./struct.ts";

export type Decoded =
  | { readonly ok: true; readonly plan: Plan; readonly hash: string; readonly params: Params }
  | { readonly ok: false; readonly reason: string };

type Row = Readonly<Record<string, number>>;

/** Raised inside of this file only: an image whose numbers lead nowhere. */
const DECODER = new TextDecoder();

class Broken extends Error {}

export function isImage(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 8)) === IMAGE_MAGIC;
}

export function decodeImage(bytes: Uint8Array): Decoded {
  try {
    return new Decoder(bytes).decode();
  } catch (error) {
    // Every read is bounds-checked; what is thrown says which one was outside.
    if (error instanceof Broken || error instanceof RangeError || error instanceof SyntaxError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

const CUT = "its size is not that of the file";

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #header: Row;
  readonly #sections = new Map<SectionName, { offset: number; count: number }>();
  readonly #strings: Uint8Array;
  /** By offset; copies of one process share most of theirs. */
  readonly #texts = new Map<number, string>();
  readonly #lists = new Map<string, readonly string[]>();
  readonly #envs = new Map<readonly string[], SlotProcess["env"]>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!isImage(bytes)) throw new Broken("this is no plan image");
    if (bytes.length < placesOf(IMAGE_STRUCTS.image_header).size) throw new Broken(CUT);
    this.#header = this.#row(IMAGE_STRUCTS.image_header, 0);
    if (this.#header["version"] !== WIRE_VERSION) {
      throw new Broken(`its version is ${this.#header["version"]}, this program's ${WIRE_VERSION}`);
    }
    if (this.#header["size"] !== bytes.length) throw new Broken(CUT);
    const table = placesOf(IMAGE_STRUCTS.image_header).fields.find((f) => f.name === "sections");
    SECTIONS.forEach((section, index) => {
      const at = (table?.offset ?? 0) + 8 * index;
      const place = {
        offset: this.#view.getUint32(at, true),
        count: this.#view.getUint32(at + 4, true),
      };
      this.#sections.set(section, place);
    });
    const { offset, count } = this.#section("strings");
    if (offset + count > bytes.length) throw new Broken("its strings are outside of it");
    this.#strings = bytes.subarray(offset, offset + count);
  }

  decode(): Decoded {
    const count = this.#section("sandboxes").count;
    const sandboxes = this.#all("sandboxes", IMAGE_STRUCTS.image_sandbox);
    const slots = this.#all("slots", IMAGE_STRUCTS.image_slot);
    const dependsOn = this.#dependsOn(slots);
    const plan: Plan = {
      plan: 1,
      sandbox: this.#string(this.#header["name"]),
      description: this.#string(this.#header["description"]),
      sandboxes: sandboxes.map((row, index) => this.#sandbox(row, index)),
      slots: slots.map((row, index) => this.#slot(row, count + index, dependsOn[index] ?? [])),
    };
    const digest = this.#bytes.subarray(16, 48);
    const params = parsedParams(this.#string(this.#header["params"]));
    return { ok: true, plan, hash: `sha256:${Buffer.from(digest).toString("hex")}`, params };
  }

  #section(section: SectionName): { offset: number; count: number } {
    return this.#sections.get(section) ?? { offset: 0, count: 0 };
  }

  #row(struct: Struct, at: number): Row {
    const row: Record<string, number> = {};
    for (const { name, type, offset, count } of placesOf(struct).fields) {
      if (count > 1) continue;
      row[name] =
        type === "u64" ? wideAt(this.#view, at + offset) : this.#view.getUint32(at + offset, true);
    }
    return row;
  }

  #all(
    section: SectionName,
    struct: Struct,
    first = 0,
    count = this.#section(section).count,
  ): Row[] {
    const place = this.#section(section);
    if (first + count > place.count) throw new Broken(`its ${section} are outside of it`);
    const size = placesOf(struct).size;
    if (place.offset + place.count * size > this.#bytes.length) {
      throw new Broken(`its ${section} are outside of it`);
    }
    const rows: Row[] = [];
    for (let index = first; index < first + count; index++)
      rows.push(this.#row(struct, place.offset + index * size));
    return rows;
  }

  #words(section: SectionName, first: number | undefined, count: number | undefined): number[] {
    const place = this.#section(section);
    if ((first ?? 0) + (count ?? 0) > place.count)
      throw new Broken(`its ${section} are outside of it`);
    return wordsAt(this.#view, place.offset + 4 * (first ?? 0), count ?? 0);
  }

  #string(offset: number | undefined): string {
    const start = offset ?? 0;
    const known = this.#texts.get(start);
    if (known !== undefined) return known;
    const end = this.#strings.indexOf(0, start);
    if (start >= this.#strings.length || end < 0)
      throw new Broken("a string is outside of its pool");
    const text = DECODER.decode(this.#strings.subarray(start, end));
    this.#texts.set(start, text);
    return text;
  }

  #list(offset: number | undefined, count: number | undefined): readonly string[] {
    if (!count) return [];
    let at = offset ?? 0;
    const key = `${at} ${count}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const list: string[] = [];
    while (list.length < count) {
      list.push(this.#string(at));
      at = this.#strings.indexOf(0, at) + 1;
    }
    this.#lists.set(key, list);
    return list;
  }

  #env(offset: number | undefined, count: number | undefined): SlotProcess["env"] {
    const list = this.#list(offset, count);
    const known = this.#envs.get(list);
    if (known !== undefined) return known;
    const env = list.map((entry): [string, string] => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    });
    this.#envs.set(list, env);
    return env;
  }

  #enum<Name extends EnumName>(name: Name, number: number | undefined): EnumValue<Name> {
    const value = (ENUMS[name] as readonly string[])[number ?? 0];
    if (value === undefined) throw new Broken(`there is no ${name} ${number}`);
    return value as EnumValue<Name>;
  }

  #span(index: number): Span {
    if (index >= this.#section("sources").count) return NO_SPAN;
    const [row] = this.#all("sources", IMAGE_STRUCTS.image_source, index, 1);
    if (row === undefined) return NO_SPAN;
    return { file: this.#string(row["file"]), start: row["start"] ?? 0, end: row["end"] ?? 0 };
  }

  #pids(first: number | undefined, level: number): (number | null)[] {
    return this.#words("pids", first, level + 1).map((pid) => (pid === 0 ? null : pid));
  }

  #identity(row: Row): Identity | null {
    if (row["has_identity"] === 0) return null;
    const groups = this.#words("groups", row["groups_first"], row["groups_count"]);
    return { uid: row["uid"] ?? 0, gid: row["gid"] ?? 0, groups };
  }

  #maps(first: number | undefined, count: number | undefined): IdMap[] {
    return this.#all("id_maps", IMAGE_STRUCTS.image_id_map, first, count).map((row) => ({
      inside: row["inside"] ?? 0,
      outside: row["outside"] ?? 0,
      count: row["count"] ?? 1,
    }));
  }

  #mounts(row: Row): Mount[] {
    const rows = this.#all(
      "mounts",
      IMAGE_STRUCTS.image_mount,
      row["mounts_first"],
      row["mounts_count"],
    );
    return rows.map((mount): Mount => {
      const kind = this.#enum("mount_kind", mount["kind"]);
      return kind === "tmpfs" ? { kind, at: this.#string(mount["at"]) } : { kind };
    });
  }

  #sandbox(row: Row, index: number): PlanSandbox {
    const initMode = this.#enum("init_mode", row["init_mode"]);
    const level = row["level"] ?? 0;
    const user = this.#enum("user_mode", row["user_mode"]);
    const namespaces = NAMESPACE_KINDS.map((kind, bit): [NamespaceKind, NamespaceMode] => [
      kind,
      kind === "user" ? user : (row["namespaces_new"] ?? 0) & (1 << bit) ? "new" : "inherit",
    ]);
    const until = this.#enum("until_kind", row["until_kind"]);
    const { until_first: first = 0, until_count: count = 0 } = row;
    return {
      name: this.#string(row["name"]),
      path: this.#string(row["path"]),
      span: this.#span(index),
      parent: row["parent"] === NONE ? null : (row["parent"] ?? 0),
      level,
      initMode,
      initSlot: row["init_slot"] ?? 0,
      slots: { first: row["slot_first"] ?? 0, end: row["slot_end"] ?? 0 },
      namespaces: Object.fromEntries(namespaces) as Record<NamespaceKind, NamespaceMode>,
      hostname: this.#string(row["hostname"]) || null,
      domainname: this.#string(row["domainname"]) || null,
      user: this.#identity(row),
      uidMap: this.#maps(row["uid_map_first"], row["uid_map_count"]),
      gidMap: this.#maps(row["gid_map_first"], row["gid_map_count"]),
      root: this.#enum("root_kind", row["root"]),
      mounts: this.#mounts(row),
      joiner: row["joiner_first"] === NONE ? null : this.#pids(row["joiner_first"], level),
      mapper: row["mapper_first"] === NONE ? null : this.#pids(row["mapper_first"], level),
      lastPid: row["last_pid"] || null,
      until:
        until === "process"
          ? { kind: until, slots: { first, end: first + count } }
          : { kind: until },
      timeoutMs: row["timeout_ms"] || null,
      stop: { signal: row["stop_signal"] ?? 0, graceMs: row["stop_grace_ms"] ?? 0 },
    };
  }

  #slot(row: Row, sourceIndex: number, dependsOn: SlotProcess["dependsOn"]): Slot {
    const level = row["level"] ?? 0;
    const process = row["process"] ?? NONE;
    return {
      path: this.#string(row["path"]),
      kind: this.#enum("slot_kind", row["kind"]),
      span: this.#span(sourceIndex),
      sandbox: row["sandbox"] ?? 0,
      supervisor: row["supervisor"] === NONE ? null : (row["supervisor"] ?? 0),
      level,
      pids: this.#pids(row["pids_first"], level),
      process: process === NONE ? null : this.#process(process, dependsOn),
    };
  }

  /** The image has who waits for a slot; the plan, what a slot waits for, in order of slots. */
  #dependsOn(slots: readonly Row[]): { slot: number; condition: DependencyCondition }[][] {
    const lists: { slot: number; condition: DependencyCondition }[][] = [];
    slots.forEach((row, index) => {
      const first = row["dependents_first"];
      const rows = this.#all(
        "dependents",
        IMAGE_STRUCTS.image_dependent,
        first,
        row["dependents_count"],
      );
      for (const { slot = 0, condition } of rows) {
        const list = lists[slot] ?? [];
        lists[slot] = list;
        list.push({ slot: index, condition: this.#enum("condition", condition) });
      }
    });
    return lists;
  }

  #output(kind: number | undefined, path: number | undefined): Output {
    const name = this.#enum("output_kind", kind);
    return name === "file" ? { kind: name, path: this.#string(path) } : { kind: name };
  }

  #stdin(row: Row): Stdin {
    const kind = this.#enum("stdin_kind", row["stdin_kind"]);
    const text = this.#string(row["stdin_text"]);
    if (kind === "file") return { kind, path: text };
    return kind === "text" ? { kind, text } : { kind };
  }

  #process(index: number, dependsOn: SlotProcess["dependsOn"]): SlotProcess {
    const [row] = this.#all("processes", IMAGE_STRUCTS.image_process, index, 1);
    if (row === undefined) throw new Broken(`there is no process ${index}`);
    const limits = this.#all(
      "limits",
      IMAGE_STRUCTS.image_limit,
      row["limits_first"],
      row["limits_count"],
    );
    const expect = this.#string(row["expect"]);
    const pins = this.#string(row["pins"]);
    return {
      pins: pins === "" ? [] : (JSON.parse(pins) as Pin[]),
      argv: this.#list(row["argv"], row["argv_count"]),
      env: this.#env(row["env"], row["env_count"]),
      inheritEnv: this.#list(row["inherit_env"], row["inherit_env_count"]),
      cwd: this.#string(row["cwd"]) || null,
      umask: row["umask"] ?? 0,
      limits: limits.map(({ resource = 0, soft = 0, hard = 0 }) => ({
        name: LIMIT_NAMES[resource] ?? String(resource),
        resource,
        soft: soft > Number.MAX_SAFE_INTEGER ? null : soft,
        hard: hard > Number.MAX_SAFE_INTEGER ? null : hard,
      })),
      user: this.#identity(row),
      dependsOn,
      stdin: this.#stdin(row),
      stdout: this.#output(row["stdout_kind"], row["stdout_path"]),
      stderr: this.#output(row["stderr_kind"], row["stderr_path"]),
      stop: { signal: row["stop_signal"] ?? 0, graceMs: row["stop_grace_ms"] ?? 0 },
      timeoutMs: row["timeout_ms"] || null,
      essential: row["essential"] === 1,
      expect: expect === "" ? null : (JSON.parse(expect) as Expect),
    };
  }
}
