/** Prints the generated headers of `native/`, the C side of the layout. Pure. */

import { PID_LEVEL_MAX, SIGNAL_MAX } from "../base/kernel-limits.ts";
import {
  LOG_FILE_COUNT,
  LOG_FILE_SIZE_MAX,
  LOG_FILE_SIZE_MIN,
  LOG_RUN_SIZE_MAX,
} from "../base/log-limits.ts";
import { SANDBOX_COUNT_MAX } from "../base/spec-limits.ts";
import { NAMESPACE_KINDS } from "../ir/namespaces.ts";
import { ENUMS } from "./enums.ts";
import { IMAGE_MAGIC, IMAGE_SIZE_MAX } from "./image-file.ts";
import {
  IMAGE_STRUCTS,
  NONE,
  SECTION_STRUCTS,
  SECTIONS,
  type SectionName,
  SLOT_COUNT_MAX,
  STRING_LIST_MAX,
  TABLE_MAGIC,
  TABLE_STRUCTS,
  WIRE_VERSION,
} from "./layout.ts";
import {
  ARGV_TEXT_MAX,
  FRAME_STRUCTS,
  PIDS_MAX,
  TRACE_SIZE_MAX,
  USERS_MAX,
} from "./stream-layout.ts";
import { type FieldType, layoutOf, type Struct } from "./struct.ts";

const C_TYPES: Readonly<Record<FieldType, string>> = {
  u8: "uint8_t",
  u32: "uint32_t",
  i32: "int32_t",
  u64: "uint64_t",
  i64: "int64_t",
};

/** The whole text of the header, with a final newline. */
export function layoutHeader(): string {
  const structs: readonly Struct[] = [
    ...Object.values(IMAGE_STRUCTS),
    ...Object.values(TABLE_STRUCTS),
    ...Object.values(FRAME_STRUCTS),
  ];
  return [
    "/* Generated from src/wire by `npm run gen`; do not edit. */",
    "#ifndef LAYOUT_GEN_H",
    "#define LAYOUT_GEN_H",
    "",
    "#include <stddef.h>",
    "#include <stdint.h>",
    "",
    ...constants(),
    ...Object.entries(ENUMS).map(([name, values]) => enumText(name, values)),
    enumText("section", SECTIONS),
    enumText("namespace", NAMESPACE_KINDS),
    ...structs.map(structText),
    sectionTable(),
    "#endif",
    "",
  ].join("\n");
}

function constants(): string[] {
  const values = {
    WIRE_VERSION: `0x${WIRE_VERSION.toString(16)}u`,
    NONE: `0x${NONE.toString(16)}u`,
    LEVEL_MAX: PID_LEVEL_MAX,
    SIGNAL_MAX,
    PIDS_MAX,
    USERS_MAX,
    SANDBOX_COUNT_MAX,
    SLOT_COUNT_MAX,
    STRING_LIST_MAX,
    IMAGE_SIZE_MAX,
    ARGV_TEXT_MAX,
    TRACE_SIZE_MAX,
    LOG_FILE_COUNT,
    LOG_FILE_SIZE_MAX,
    LOG_FILE_SIZE_MIN,
    LOG_RUN_SIZE_MAX,
    IMAGE_MAGIC: JSON.stringify(IMAGE_MAGIC.slice(0, 7)),
    TABLE_MAGIC: JSON.stringify(TABLE_MAGIC),
  };
  return [...Object.entries(values).map(([name, value]) => `#define SBX_${name} ${value}`), ""];
}

function enumText(name: string, values: readonly string[]): string {
  const members = values.map((value) => `\t${memberName(name, value)},`);
  return [`enum ${name} {`, ...members, `\t${memberName(name, "count")}`, "};", ""].join("\n");
}

function memberName(name: string, value: string): string {
  return `${name}_${value}`.toUpperCase().replaceAll("-", "_");
}

/** `SBX_SECTIONS(X)`: of each section its number, its name and the type of its records. */
function sectionTable(): string {
  const typeOf = (section: SectionName) => {
    if (section === "strings") return "char";
    const struct = (SECTION_STRUCTS as Partial<Record<SectionName, Struct>>)[section];
    return struct === undefined ? "uint32_t" : `struct ${struct.name}`;
  };
  const rows = SECTIONS.map(
    (section) => `\tX(${memberName("section", section)}, ${section}, ${typeOf(section)})`,
  );
  return ["#define SBX_SECTIONS(X) \\", rows.join(" \\\n"), ""].join("\n");
}

function structText(struct: Struct): string {
  const { fields, size } = layoutOf(struct);
  const lines = fields.map(
    (field) =>
      `\t${C_TYPES[field.type]} ${field.name}${field.count > 1 ? `[${field.count}]` : ""};`,
  );
  const asserts = fields.map(
    (field) =>
      `_Static_assert(offsetof(struct ${struct.name}, ${field.name}) == ${field.offset}, "layout");`,
  );
  return [
    `/* ${struct.doc} */`,
    `struct ${struct.name} {`,
    ...lines,
    "};",
    `_Static_assert(sizeof(struct ${struct.name}) == ${size}, "layout");`,
    ...asserts,
    "",
  ].join("\n");
}
