/** A plan image in the making: its sections, its string pool, and the bytes of all. Pure. */

import { ENUMS, type EnumName } from "./enums.ts";
import { IMAGE_MAGIC } from "./image-file.ts";
import {
  IMAGE_STRUCTS,
  type RecordSection,
  SECTION_STRUCTS,
  SECTIONS,
  type SectionName,
  WIRE_VERSION,
  WORD_SECTIONS,
  type WordSection,
} from "./layout.ts";
import { StringPool } from "./string-pool.ts";
import {
  FITS,
  type FieldType,
  layoutOf,
  type RecordOf,
  type Struct,
  unfit,
  writeRecord,
} from "./struct.ts";

/** What the header holds besides the sizes and offsets that the writer knows itself. */
export type ImageHeader = Omit<
  RecordOf<(typeof IMAGE_STRUCTS)["image_header"]>,
  "version" | "size"
>;

const ALIGNMENT = 8;
const WORD_SIZE = 4;

/** Records of one section, one after the other: whole words, little-endian. */
class Rows {
  /** Words of one record. */
  readonly width: number;
  count = 0;
  words: Uint32Array<ArrayBuffer>;

  constructor(width: number) {
    this.width = width;
    this.words = new Uint32Array(16 * width);
  }

  /** Appends an empty record; returns the index of its first word. */
  grow(): number {
    const at = this.count++ * this.width;
    if (at + this.width > this.words.length) {
      // What it was before is given back at once, and not when it is collected.
      this.words = new Uint32Array(this.words.buffer.transfer(2 * this.words.byteLength));
    }
    return at;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer, 0, WORD_SIZE * this.count * this.width);
  }
}

interface WordField {
  readonly name: string;
  readonly type: FieldType;
  readonly word: number;
}

interface RecordRows {
  readonly rows: Rows;
  readonly struct: Struct;
  readonly fields: readonly WordField[];
}

function recordRows(struct: Struct): RecordRows {
  const { fields, size } = layoutOf(struct);
  return {
    rows: new Rows(size / WORD_SIZE),
    struct,
    fields: fields.map(({ name, type, offset }) => ({ name, type, word: offset / WORD_SIZE })),
  };
}

/** The number of a name of an enumeration. */
export function enumNumber<Name extends EnumName>(
  name: Name,
  value: (typeof ENUMS)[Name][number],
): number {
  return (ENUMS[name] as readonly string[]).indexOf(value);
}

export class ImageWriter {
  readonly strings = new StringPool();
  readonly #records: Readonly<Record<RecordSection, RecordRows>>;
  readonly #words: Readonly<Record<WordSection, Rows>>;

  constructor() {
    const records = Object.entries(SECTION_STRUCTS).map(([name, struct]) => [
      name,
      recordRows(struct),
    ]);
    this.#records = Object.fromEntries(records) as Record<RecordSection, RecordRows>;
    const words = WORD_SECTIONS.map((name) => [name, new Rows(1)]);
    this.#words = Object.fromEntries(words) as Record<WordSection, Rows>;
  }

  /** Adds a record; returns its index in the section. */
  add<Section extends RecordSection>(
    section: Section,
    record: RecordOf<(typeof SECTION_STRUCTS)[Section]>,
  ): number {
    const values = record as Readonly<Record<string, number | bigint>>;
    const { rows, struct, fields } = this.#records[section];
    const at = rows.grow();
    for (const { name, type, word } of fields) {
      const value = values[name];
      if (value === undefined || !FITS[type](value)) throw unfit(struct.name, name, value ?? NaN);
      if (typeof value === "bigint") {
        rows.words[at + word] = Number(value & 0xffff_ffffn);
        rows.words[at + word + 1] = Number(value >> 32n);
      } else rows.words[at + word] = value; // a negative one is stored as its two's complement
    }
    return rows.count - 1;
  }

  /** Index of the first of `words`, which then stand together. */
  addWords(section: WordSection, words: readonly number[]): number {
    const rows = this.#words[section];
    const first = rows.count;
    for (const word of words) {
      const at = rows.grow(); // may replace `rows.words`
      rows.words[at] = word;
    }
    return first;
  }

  count(section: RecordSection): number {
    return this.#records[section].rows.count;
  }

  /** `sha256` in hexadecimal digits. */
  image(header: ImageHeader, sha256: string): Uint8Array {
    const layout = layoutOf(IMAGE_STRUCTS.image_header);
    const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    let size = aligned(layout.size);
    const sections = SECTIONS.map((section) => {
      const { count, bytes } = this.#section(section);
      const offset = size;
      size = aligned(size + bytes.length);
      return { offset, count, bytes };
    });
    const image = new Uint8Array(size);
    const view = new DataView(image.buffer);
    const record = { ...header, version: WIRE_VERSION, size };
    writeRecord(view, 0, IMAGE_STRUCTS.image_header, record);
    const offsetOf = (name: string) =>
      layout.fields.find((field) => field.name === name)?.offset ?? 0;
    image.set(Buffer.from(IMAGE_MAGIC, "latin1"), offsetOf("magic"));
    image.set(Buffer.from(sha256, "hex"), offsetOf("sha256"));
    sections.forEach(({ offset, count, bytes }, index) => {
      const at = offsetOf("sections") + 2 * WORD_SIZE * index;
      view.setUint32(at, offset, true);
      view.setUint32(at + WORD_SIZE, count, true);
      image.set(bytes, offset);
    });
    return image;
  }

  /** The count of `strings` is that of its bytes. */
  #section(section: SectionName): { count: number; bytes: Uint8Array } {
    if (section === "strings") {
      const bytes = this.strings.bytes();
      return { count: bytes.length, bytes };
    }
    const rows = isWords(section) ? this.#words[section] : this.#records[section].rows;
    return { count: rows.count, bytes: rows.bytes() };
  }
}

function isWords(section: Exclude<SectionName, "strings">): section is WordSection {
  return (WORD_SECTIONS as readonly string[]).includes(section);
}
