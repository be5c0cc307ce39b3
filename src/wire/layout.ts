/**
 * The one source of both memory layouts between TypeScript and C: the plan image and the state
 * table. `native/gen/layout.gen.h` is generated from here. Pure.
 *
 * Little-endian; natural alignment; offsets in bytes from the start of the image or table. A
 * reference that may be absent holds `NONE`. A string is an offset into the string pool, where 0
 * is the empty string; a string list is the offset of its first string, its count, and the
 * strings follow one another, each ended by NUL, ready for execve(2).
 */

import { PROCESS_COUNT_MAX, SANDBOX_COUNT_MAX } from "../base/spec-limits.ts";
import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import { ENUMS } from "./enums.ts";
import { PROCESS_WIRE_FIELDS } from "./field-codec.ts";
import { FRAME_STRUCTS, PIDS_MAX } from "./stream-layout.ts";
import type { Struct } from "./struct.ts";

export const TABLE_MAGIC = "SBXSTATE";

/** An absent reference. */
export const NONE = 0xffffffff;

/** Limits of one image; the shim refuses more. Each bounds a fixed array or a start-up cost. */
export const SLOT_COUNT_MAX = PROCESS_COUNT_MAX + SANDBOX_COUNT_MAX;
/** The longest argument list or environment: the shim's pointer arrays have a fixed size. */
export const STRING_LIST_MAX = 65_535;

const SECTION_NAMES = [
  "sandboxes",
  "slots",
  "processes",
  "owned",
  "dependents",
  "pids",
  "id_maps",
  "groups",
  "limits",
  "mounts",
  "expectations",
  "strings",
  "sources",
] as const;

export type SectionName = (typeof SECTION_NAMES)[number];

/** In image order. `sources` is outside the plan's hash. */
export const SECTIONS: readonly SectionName[] = SECTION_NAMES;

/** Sections whose records are single words of 32 bits. */
export const WORD_SECTIONS = ["owned", "pids", "groups"] as const satisfies SectionName[];
export type WordSection = (typeof WORD_SECTIONS)[number];

/** The sections of records; `strings` alone is bytes. */
export type RecordSection = Exclude<SectionName, WordSection | "strings">;

const range = <const Name extends string>(name: Name) =>
  [
    [`${name}_first`, "u32"],
    [`${name}_count`, "u32"],
  ] as const;

/** Records of the plan image. */
export const IMAGE_STRUCTS = {
  image_section: {
    name: "image_section",
    doc: "Offset from the start of the image, and count of records (strings: of bytes).",
    fields: [
      ["offset", "u32"],
      ["count", "u32"],
    ],
  },
  image_header: {
    name: "image_header",
    doc: "At offset 0. `sha256` is that of the canonical plan. `params` is JSON, and not in the hash. The sections follow it.",
    fields: [
      ["magic", "u8", 8],
      ["version", "u32"],
      ["size", "u32"],
      ["sha256", "u8", 32],
      ["name", "u32"],
      ["description", "u32"],
      ["params", "u32"],
      ["unused", "u32"],
      ["monitor_owned_first", "u32"],
      ["monitor_owned_count", "u32"],
      ["sections", "u32", SECTION_NAMES.length * 2],
    ],
  },
  image_sandbox: {
    name: "image_sandbox",
    doc: "One sandbox, in plan order. `owned` are the slots that its init creates and reaps.",
    fields: [
      ["path", "u32"],
      ["name", "u32"],
      ["parent", "u32"],
      ["level", "u32"],
      ["init_mode", "u32"],
      ["init_slot", "u32"],
      ["slot_first", "u32"],
      ["slot_end", "u32"],
      ["namespaces_new", "u32"],
      ["user_mode", "u32"],
      ["hostname", "u32"],
      ["domainname", "u32"],
      ["has_identity", "u32"],
      ["uid", "u32"],
      ["gid", "u32"],
      ...range("groups"),
      ...range("uid_map"),
      ...range("gid_map"),
      ["monotonic_offset_ns", "i64"],
      ["boottime_offset_ns", "i64"],
      ["root", "u32"],
      ...range("mounts"),
      ["ns_helper_first", "u32"],
      ["mapper_first", "u32"],
      ["last_pid", "u32"],
      ["until_kind", "u32"],
      ...range("until"),
      ["timeout_ms", "u32"],
      ["stop_signal", "u32"],
      ["stop_grace_ms", "u32"],
      ["stop_scope", "u32"],
      ...range("owned"),
    ],
  },
  image_slot: {
    name: "image_slot",
    doc: "One promised process. `pids_first`: level + 1 words, 0 where no number is requested.",
    fields: [
      ["path", "u32"],
      ["kind", "u32"],
      ["sandbox", "u32"],
      ["supervisor", "u32"],
      ["level", "u32"],
      ["pids_first", "u32"],
      ["process", "u32"],
      ...range("dependents"),
    ],
  },
  image_process: {
    name: "image_process",
    doc: "How a declared process is started. `expect` and `pins` are JSON.",
    fields: [
      ["argv", "u32"],
      ["argv_count", "u32"],
      ["env", "u32"],
      ["env_count", "u32"],
      ["inherit_env", "u32"],
      ["inherit_env_count", "u32"],
      ["cwd", "u32"],
      ...range("limits"),
      ["has_identity", "u32"],
      ["uid", "u32"],
      ["gid", "u32"],
      ...range("groups"),
      ["stdin_kind", "u32"],
      ["stdin_text", "u32"],
      ["stdin_size", "u32"],
      ["stdout_kind", "u32"],
      ["stdout_path", "u32"],
      ["stderr_kind", "u32"],
      ["stderr_path", "u32"],
      ["stop_signal", "u32"],
      ["stop_grace_ms", "u32"],
      ["stop_scope", "u32"],
      ...PROCESS_WIRE_FIELDS,
      ["expect", "u32"],
      ["pins", "u32"],
    ],
  },
  image_dependent: {
    name: "image_dependent",
    doc: "`slot` waits for the slot whose list this is in, until `condition` holds.",
    fields: [
      ["slot", "u32"],
      ["condition", "u32"],
    ],
  },
  image_id_map: {
    name: "image_id_map",
    doc: "One line of uid_map or gid_map. Source: user_namespaces(7).",
    fields: [
      ["inside", "u32"],
      ["outside", "u32"],
      ["count", "u32"],
    ],
  },
  image_limit: {
    name: "image_limit",
    doc: "One rlimit; all ones is RLIM_INFINITY. Source: getrlimit(2).",
    fields: [
      ["soft", "u64"],
      ["hard", "u64"],
      ["resource", "u32"],
      ["unused", "u32"],
    ],
  },
  image_mount: {
    name: "image_mount",
    doc: "One mount; `at` is for tmpfs.",
    fields: [
      ["kind", "u32"],
      ["at", "u32"],
    ],
  },
  image_expectation: {
    name: "image_expectation",
    doc: "What a slot must have been at the end of the run: `what` at `level` is `value`. In order of slots.",
    fields: [
      ["slot", "u32"],
      ["what", "u32"],
      ["level", "u32"],
      ["value", "u32"],
    ],
  },
  image_source: {
    name: "image_source",
    doc: "Where the spec asks for a thing: one a sandbox, then one a slot. `[start, end)` in UTF-16 units of the file; `line` from 1, 0 where it is not known.",
    fields: [
      ["file", "u32"],
      ["start", "u32"],
      ["end", "u32"],
      ["line", "u32"],
    ],
  },
} as const satisfies Record<string, Struct>;

/** What the records of each section are. */
export const SECTION_STRUCTS = {
  sandboxes: IMAGE_STRUCTS.image_sandbox,
  slots: IMAGE_STRUCTS.image_slot,
  processes: IMAGE_STRUCTS.image_process,
  dependents: IMAGE_STRUCTS.image_dependent,
  id_maps: IMAGE_STRUCTS.image_id_map,
  limits: IMAGE_STRUCTS.image_limit,
  mounts: IMAGE_STRUCTS.image_mount,
  expectations: IMAGE_STRUCTS.image_expectation,
  sources: IMAGE_STRUCTS.image_source,
} as const satisfies Record<RecordSection, Struct>;

/** Inodes of a sandbox's namespaces, filled up to the end of a cache line of 8 words. */
const INODE_WORDS = Math.ceil(NAMESPACE_KINDS.length / 8) * 8;

/** Records of the state table. Arrays begin on a cache line (64 bytes). */
export const TABLE_STRUCTS = {
  table_header: {
    name: "table_header",
    doc: "At offset 0. The arrays are at the offsets it names.",
    fields: [
      ["magic", "u8", 8],
      ["version", "u32"],
      ["size", "u32"],
      ["sha256", "u8", 32],
      ["started_ns", "u64"],
      ["ended_ns", "u64"],
      ["events_written", "u64"],
      ["slot_count", "u32"],
      ["sandbox_count", "u32"],
      ["slots", "u32"],
      ["sandboxes", "u32"],
      ["monitor_pid", "u32"],
      ["guard_pid", "u32"],
      ["phase", "u32"],
      ["outcome", "u32"],
      ["pid_mode", "u32"],
      ["pending", "u32"],
      ["fault_step", "u32"],
      ["fault_errno", "u32"],
      ["fault_level", "u32"],
      ["exit_code", "u32"],
      ["interrupted", "u32"],
      ["expectations", "u32"],
      ["expectation_count", "u32"],
      ["heartbeat", "u32"],
      ["events", "u32"],
      ["event_capacity", "u32"],
    ],
  },
  table_slot: {
    name: "table_slot",
    doc: "The first cache line is the monitor's (desired), the rest the slot's parent's (observed). `generation`: how often it is to have lived before; what is observed is of `observed_generation`. `returns`: at its end the next one follows. `signals_before`: as many signals were for former generations. `output_size`: bytes that it has printed; `log_files`: the number of its newest log file, 0: none.",
    fields: [
      ["desired", "u32"],
      ["desired_signal", "u32"],
      ["desired_count", "u32"],
      ["flags", "u32"],
      ["failures", "u32"],
      ["generation", "u32"],
      ["output_errno", "u32"],
      ["returns", "u32"],
      ["signals_before", "u32"],
      ["log_files", "u32"],
      ["output_size", "u64"],
      ["unused", "u32", 4],

      ["state", "u32"],
      ["exit_code", "u32"],
      ["exit_signal", "u32"],
      ["fault_step", "u32"],
      ["fault_errno", "u32"],
      ["fault_level", "u32"],
      ["started_ns", "u64"],
      ["ended_ns", "u64"],
      ["signalled_count", "u32"],
      ["pid_of_parent", "u32"],
      ["pids", "u32", PIDS_MAX],
      ["leftovers", "u32"],
      ["held", "u32"],
      ["observed_generation", "u32"],
    ],
  },
  table_event: {
    name: "table_event",
    doc: "One change of a slot's life, in a ring: the event of number n, from 1, is at (n - 1) % `event_capacity`, and `number` is n once it is whole. `value` is a signal's number, or of an end the exit code, or 128 and the signal's number, or the errno of what failed.",
    fields: [
      ["number", "u32"],
      ["slot", "u32"],
      ["generation", "u32"],
      ["event", "u32"],
      ["at_ns", "u64"],
      ["value", "u32"],
      ["unused", "u32"],
    ],
  },
  table_expectation: {
    name: "table_expectation",
    doc: "What became of the expectation of the same index, and what was found instead.",
    fields: [
      ["result", "u32"],
      ["actual_kind", "u32"],
      ["actual", "u32"],
      ["unused", "u32"],
    ],
  },
  table_sandbox: {
    name: "table_sandbox",
    doc: "`inodes` of its namespaces in the order of NAMESPACE_KINDS; 0 where not learnt.",
    fields: [["inodes", "u64", INODE_WORDS]],
  },
} as const satisfies Record<string, Struct>;

/** Bumped when a field's meaning changes and nothing else does. */
const MEANING = 1;

/** Another number for every other layout, so that two builds never take each other's images. */
export const WIRE_VERSION = Bun.hash.crc32(
  JSON.stringify([MEANING, IMAGE_STRUCTS, TABLE_STRUCTS, FRAME_STRUCTS, ENUMS]),
);
