/** The string pool of an image: each string and each list once, ended by NUL. Pure. */

/** Bytes of UTF-8 that one UTF-16 unit takes at most. */
const UNIT_SIZE_MAX = 3;

/** Offset 0 is the empty string. */
export class StringPool {
  readonly #offsets = new Map<string, number>([["", 0]]);
  readonly #lists = new WeakMap<readonly string[], number>();
  readonly #pairs = new WeakMap<object, number>();
  #bytes = Buffer.from(new ArrayBuffer(4096));
  #size = 1;

  /** Offset of `text`, which holds no NUL. */
  add(text: string): number {
    return this.#offsets.get(text) ?? this.#append(text);
  }

  /** Offset of the first of `list`, which then follow one another; 0 for an empty list. */
  addList(list: readonly string[]): number {
    if (list.length === 0) return 0;
    const known = this.#lists.get(list);
    if (known !== undefined) return known;
    // A list of one string is that string; longer ones have a NUL inside, so no key is both.
    const offset = this.add(list.join("\0"));
    this.#lists.set(list, offset);
    return offset;
  }

  /** As a list of `name=value`. */
  addPairs(pairs: readonly (readonly [name: string, value: string])[]): number {
    const known = this.#pairs.get(pairs);
    if (known !== undefined) return known;
    // Joined at once: texts of single pairs would be most of what an image leaves to collect.
    const parts: string[] = [];
    for (const [name, value] of pairs) parts.push("\0", name, "=", value);
    const offset = this.add(parts.slice(1).join(""));
    this.#pairs.set(pairs, offset);
    return offset;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  #append(text: string): number {
    const offset = this.#size;
    const needed = offset + UNIT_SIZE_MAX * text.length + 1;
    if (needed > this.#bytes.length) {
      const size = Math.max(needed, 2 * this.#bytes.length);
      this.#bytes = Buffer.from(this.#bytes.buffer.transfer(size));
    }
    this.#size += this.#bytes.write(text, offset, "utf8");
    // The buffer is all zeros behind what is written: there stands the NUL.
    this.#size++;
    this.#offsets.set(text, offset);
    return offset;
  }
}
