/** The string pool of an image: each string and each list once, ended by NUL. Pure. */

/** Offset 0 is the empty string. */
export class StringPool {
  readonly #chunks: Uint8Array[] = [new Uint8Array(1)];
  readonly #offsets = new Map<string, number>([["", 0]]);
  #size = 1;

  /** Offset of `text`, which holds no NUL. */
  add(text: string): number {
    return this.#offsets.get(text) ?? this.#append(text, text);
  }

  /** Offset of the first of `list`, which then follow one another; 0 for an empty list. */
  addList(list: readonly string[]): number {
    if (list.length === 0) return 0;
    const joined = list.join("\0");
    // A list of one string is that string; longer ones have a NUL inside, so no key is both.
    return this.#offsets.get(joined) ?? this.#append(joined, joined);
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  #append(key: string, text: string): number {
    const offset = this.#size;
    const chunk = Buffer.from(`${text}\0`, "utf8");
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#offsets.set(key, offset);
    return offset;
  }
}
