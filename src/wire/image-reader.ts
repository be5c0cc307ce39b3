/** Reads a plan image of any origin: every offset and count is held to its bounds. Pure. */

import { ENUMS, type EnumName, type EnumValue } from "./enums.ts";
import { wordsAt } from "./fields.ts";
import { isImage } from "./image-file.ts";
import {
  IMAGE_STRUCTS,
  type RecordSection,
  SECTION_STRUCTS,
  SECTIONS,
  type SectionName,
  WIRE_VERSION,
  type WordSection,
} from "./layout.ts";
import { layoutOf, type RecordOf, readRecord } from "./struct.ts";

/** Thrown by the reader alone: an image whose numbers lead nowhere. */
export class BrokenImage extends Error {}

const TRUNCATED = "its size is not that of the file";
const WORD_SIZE = 4;

export type SectionRecord<Section extends RecordSection> = RecordOf<
  (typeof SECTION_STRUCTS)[Section]
>;

type Pairs = readonly (readonly [name: string, value: string])[];

export class ImageReader {
  readonly header: RecordOf<(typeof IMAGE_STRUCTS)["image_header"]>;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #sections = new Map<SectionName, { offset: number; count: number }>();
  readonly #strings: Uint8Array;
  readonly #decoder = new TextDecoder();
  /** By offset; copies of one process share most of theirs. */
  readonly #texts = new Map<number, string>();
  readonly #lists = new Map<string, readonly string[]>();
  readonly #pairs = new Map<readonly string[], Pairs>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!isImage(bytes)) throw new BrokenImage("this is no plan image");
    const { size } = layoutOf(IMAGE_STRUCTS.image_header);
    if (bytes.length < size) throw new BrokenImage(TRUNCATED);
    this.header = readRecord(this.#view, 0, IMAGE_STRUCTS.image_header);
    if (this.header.version !== WIRE_VERSION) {
      const own = `this program's ${WIRE_VERSION}`;
      throw new BrokenImage(`its version is ${this.header.version}, ${own}`);
    }
    if (this.header.size !== bytes.length) throw new BrokenImage(TRUNCATED);
    SECTIONS.forEach((section, index) => {
      const at = this.#offsetOf("sections") + 2 * WORD_SIZE * index;
      const offset = this.#view.getUint32(at, true);
      this.#sections.set(section, { offset, count: this.#view.getUint32(at + WORD_SIZE, true) });
    });
    const { offset, count } = this.#section("strings");
    if (offset + count > bytes.length) throw outside("strings");
    this.#strings = bytes.subarray(offset, offset + count);
  }

  /** `sha256:` and the digits. */
  hash(): string {
    const at = this.#offsetOf("sha256");
    return `sha256:${Buffer.from(this.#bytes.subarray(at, at + 32)).toString("hex")}`;
  }

  count(section: SectionName): number {
    return this.#section(section).count;
  }

  /** `count` records from `first` on; without both, all of the section. */
  records<Section extends RecordSection>(
    section: Section,
    first = 0,
    count = this.#section(section).count,
  ): SectionRecord<Section>[] {
    const { offset, count: total } = this.#section(section);
    const struct = SECTION_STRUCTS[section];
    const { size } = layoutOf(struct);
    if (first + count > total || offset + total * size > this.#bytes.length) throw outside(section);
    const records: SectionRecord<Section>[] = [];
    for (let index = first; index < first + count; index++) {
      records.push(readRecord(this.#view, offset + index * size, struct));
    }
    return records;
  }

  record<Section extends RecordSection>(section: Section, index: number): SectionRecord<Section> {
    const [record] = this.records(section, index, 1);
    if (record === undefined) throw outside(section);
    return record;
  }

  words(section: WordSection, first: number, count: number): number[] {
    const { offset, count: total } = this.#section(section);
    if (first + count > total) throw outside(section);
    return wordsAt(this.#view, offset + WORD_SIZE * first, count);
  }

  string(start: number): string {
    const known = this.#texts.get(start);
    if (known !== undefined) return known;
    const end = this.#strings.indexOf(0, start);
    if (start >= this.#strings.length || end < 0) {
      throw new BrokenImage("a string is outside of its pool");
    }
    const text = this.#decoder.decode(this.#strings.subarray(start, end));
    this.#texts.set(start, text);
    return text;
  }

  list(offset: number, count: number): readonly string[] {
    if (count === 0) return [];
    const key = `${offset} ${count}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const list: string[] = [];
    for (let at = offset; list.length < count; at = this.#strings.indexOf(0, at) + 1) {
      list.push(this.string(at));
    }
    this.#lists.set(key, list);
    return list;
  }

  /** A list of `name=value`. */
  pairs(offset: number, count: number): Pairs {
    const list = this.list(offset, count);
    const known = this.#pairs.get(list);
    if (known !== undefined) return known;
    const pairs = list.map((entry): [string, string] => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    });
    this.#pairs.set(list, pairs);
    return pairs;
  }

  /** Text that holds JSON; the empty text is `fallback`. Throws SyntaxError. */
  json<Value>(offset: number, fallback: Value): Value {
    const text = this.string(offset);
    return text === "" ? fallback : (JSON.parse(text) as Value);
  }

  #section(section: SectionName): { offset: number; count: number } {
    return this.#sections.get(section) ?? { offset: 0, count: 0 };
  }

  #offsetOf(name: string): number {
    const { fields } = layoutOf(IMAGE_STRUCTS.image_header);
    return fields.find((field) => field.name === name)?.offset ?? 0;
  }
}

export function enumValue<Name extends EnumName>(name: Name, number: number): EnumValue<Name> {
  const value = (ENUMS[name] as readonly string[])[number];
  if (value === undefined) throw new BrokenImage(`there is no ${name} ${number}`);
  return value as EnumValue<Name>;
}

function outside(section: SectionName): BrokenImage {
  return new BrokenImage(`its ${section} are outside of it`);
}
