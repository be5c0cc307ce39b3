/** From a plan image back to the plan: for `up FILE.plan` and cached plans. Pure. */

import { byKind } from "../base/namespace-kinds.ts";
import { NO_SPAN, type Span } from "../base/span.ts";
import { LIMIT_NAMES } from "../ir/limit-names.ts";
import type { NamespaceMode } from "../ir/namespaces.ts";
import type {
  DependencyCondition,
  Expect,
  Identity,
  Output,
  Pin,
  ResourceLimit,
  Stdin,
  Stop,
} from "../ir/process.ts";
import type { IdMap } from "../ir/sandbox.ts";
import type { Mount, Plan, PlanSandbox, Slot, SlotProcess, Until } from "../plan/plan.ts";
import { processValuesOfWire } from "./field-codec.ts";
import { BrokenImage, enumValue, ImageReader, type SectionRecord } from "./image-reader.ts";
import { NONE } from "./layout.ts";
import { type Params, parsedParams } from "./params.ts";

export type Decoded =
  | { readonly ok: true; readonly plan: Plan; readonly hash: string; readonly params: Params }
  | { readonly ok: false; readonly reason: string };

export function decodeImage(bytes: Uint8Array): Decoded {
  try {
    const image = new ImageReader(bytes);
    const params = parsedParams(image.string(image.header.params));
    return { ok: true, plan: new Decoder(image).plan(), hash: image.hash(), params };
  } catch (error) {
    // Every read is bounds-checked; what is thrown says which one was outside.
    const isOfImage = error instanceof BrokenImage || error instanceof RangeError;
    if (isOfImage || error instanceof SyntaxError) return { ok: false, reason: error.message };
    throw error;
  }
}

class Decoder {
  readonly #image: ImageReader;

  constructor(image: ImageReader) {
    this.#image = image;
  }

  plan(): Plan {
    const image = this.#image;
    const sandboxes = image.records("sandboxes");
    const slots = image.records("slots");
    const dependsOn = this.#dependsOn(slots);
    const firstSource = sandboxes.length;
    return {
      plan: 1,
      sandbox: image.string(image.header.name),
      description: image.string(image.header.description),
      sandboxes: sandboxes.map((row, index) => this.#sandbox(row, index)),
      slots: slots.map((row, index) =>
        this.#slot(row, firstSource + index, dependsOn[index] ?? []),
      ),
    };
  }

  #span(index: number): Span {
    if (index >= this.#image.count("sources")) return NO_SPAN;
    const { file, start, end } = this.#image.record("sources", index);
    return { file: this.#image.string(file), start, end };
  }

  #pids(first: number, level: number): (number | null)[] {
    return this.#image.words("pids", first, level + 1).map((pid) => (pid === 0 ? null : pid));
  }

  #identity(row: SectionRecord<"sandboxes"> | SectionRecord<"processes">): Identity | null {
    if (row.has_identity === 0) return null;
    const groups = this.#image.words("groups", row.groups_first, row.groups_count);
    return { uid: row.uid, gid: row.gid, groups };
  }

  #maps(first: number, count: number): IdMap[] {
    return this.#image.records("id_maps", first, count);
  }

  #mounts(row: SectionRecord<"sandboxes">): Mount[] {
    return this.#image.records("mounts", row.mounts_first, row.mounts_count).map((mount): Mount => {
      const kind = enumValue("mount_kind", mount.kind);
      return kind === "tmpfs" ? { kind, at: this.#image.string(mount.at) } : { kind };
    });
  }

  #sandbox(row: SectionRecord<"sandboxes">, index: number): PlanSandbox {
    const image = this.#image;
    const { level } = row;
    const user = enumValue("user_mode", row.user_mode);
    const namespaces = byKind(({ kind }, bit): NamespaceMode => {
      if (kind === "user") return user;
      return row.namespaces_new & (1 << bit) ? "new" : "inherit";
    });
    return {
      name: image.string(row.name),
      path: image.string(row.path),
      span: this.#span(index),
      parent: row.parent === NONE ? null : row.parent,
      level,
      initMode: enumValue("init_mode", row.init_mode),
      initSlot: row.init_slot,
      slots: { first: row.slot_first, end: row.slot_end },
      namespaces,
      hostname: image.string(row.hostname) || null,
      domainname: image.string(row.domainname) || null,
      user: this.#identity(row),
      uidMap: this.#maps(row.uid_map_first, row.uid_map_count),
      gidMap: this.#maps(row.gid_map_first, row.gid_map_count),
      clocks:
        namespaces.time === "new"
          ? { monotonicMs: msOf(row.monotonic_offset_ns), boottimeMs: msOf(row.boottime_offset_ns) }
          : null,
      root: enumValue("root_kind", row.root),
      mounts: this.#mounts(row),
      nsHelper: row.ns_helper_first === NONE ? null : this.#pids(row.ns_helper_first, level),
      mapper: row.mapper_first === NONE ? null : this.#pids(row.mapper_first, level),
      lastPid: row.last_pid || null,
      until: untilOf(row),
      timeoutMs: row.timeout_ms || null,
      stop: stopOf(row),
    };
  }

  #slot(
    row: SectionRecord<"slots">,
    sourceIndex: number,
    dependsOn: SlotProcess["dependsOn"],
  ): Slot {
    return {
      path: this.#image.string(row.path),
      kind: enumValue("slot_kind", row.kind),
      span: this.#span(sourceIndex),
      sandbox: row.sandbox,
      supervisor: row.supervisor === NONE ? null : row.supervisor,
      level: row.level,
      pids: this.#pids(row.pids_first, row.level),
      process: row.process === NONE ? null : this.#process(row.process, dependsOn),
    };
  }

  /** The image has who waits for a slot; the plan, what a slot waits for, in order of slots. */
  #dependsOn(
    slots: readonly SectionRecord<"slots">[],
  ): { slot: number; condition: DependencyCondition }[][] {
    const lists: { slot: number; condition: DependencyCondition }[][] = [];
    slots.forEach(({ dependents_first, dependents_count }, index) => {
      const rows = this.#image.records("dependents", dependents_first, dependents_count);
      for (const { slot, condition } of rows) {
        const list = lists[slot] ?? [];
        lists[slot] = list;
        list.push({ slot: index, condition: enumValue("condition", condition) });
      }
    });
    return lists;
  }

  #output(kind: number, path: number): Output {
    const name = enumValue("output_kind", kind);
    return name === "file" ? { kind: name, path: this.#image.string(path) } : { kind: name };
  }

  #stdin(row: SectionRecord<"processes">): Stdin {
    const kind = enumValue("stdin_kind", row.stdin_kind);
    const text = this.#image.string(row.stdin_text);
    if (kind === "file") return { kind, path: text };
    return kind === "text" ? { kind, text } : { kind };
  }

  #limits({ limits_first, limits_count }: SectionRecord<"processes">): ResourceLimit[] {
    const rows = this.#image.records("limits", limits_first, limits_count);
    return rows.map(({ resource, soft, hard }) => ({
      name: LIMIT_NAMES[resource] ?? String(resource),
      resource,
      soft: limitValue(soft),
      hard: limitValue(hard),
    }));
  }

  #process(index: number, dependsOn: SlotProcess["dependsOn"]): SlotProcess {
    const image = this.#image;
    const row = image.record("processes", index);
    return {
      pins: image.json<readonly Pin[]>(row.pins, []),
      argv: image.list(row.argv, row.argv_count),
      env: image.pairs(row.env, row.env_count),
      inheritEnv: image.list(row.inherit_env, row.inherit_env_count),
      cwd: image.string(row.cwd) || null,
      limits: this.#limits(row),
      user: this.#identity(row),
      dependsOn,
      stdin: this.#stdin(row),
      stdout: this.#output(row.stdout_kind, row.stdout_path),
      stderr: this.#output(row.stderr_kind, row.stderr_path),
      stop: stopOf(row),
      ...processValuesOfWire(row),
      expect: image.json<Expect | null>(row.expect, null),
    };
  }
}

function stopOf(row: SectionRecord<"sandboxes"> | SectionRecord<"processes">): Stop {
  return {
    signal: row.stop_signal,
    graceMs: row.stop_grace_ms,
    scope: enumValue("stop_scope", row.stop_scope),
  };
}

function untilOf(row: SectionRecord<"sandboxes">): Until {
  const kind = enumValue("until_kind", row.until_kind);
  const { until_first: first, until_count: count } = row;
  return kind === "process" ? { kind, slots: { first, end: first + count } } : { kind };
}

function msOf(ns: bigint): number {
  return Number(ns / 1_000_000n);
}

/** All ones is RLIM_INFINITY. */
function limitValue(value: bigint): number | null {
  return value > Number.MAX_SAFE_INTEGER ? null : Number(value);
}
