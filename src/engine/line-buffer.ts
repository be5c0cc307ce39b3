/** Cuts the output of many processes into whole lines, each stream on its own. Pure. */

/** A line longer than this is handed on in parts, so that memory stays bounded. Bytes. */
export const LINE_SIZE_MAX = 64 * 1024;

const NEWLINE = 10;

/** Lines of one stream, without their newline; may be empty strings of bytes. */
export class LineBuffer {
  #rest = new Uint8Array(0);

  /** Whole lines that `chunk` completes. The bytes are views: use them before the next call. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield this.#join(chunk.subarray(from, end));
      this.#rest = new Uint8Array(0);
      from = end + 1;
    }
    this.#rest = this.#join(chunk.subarray(from)).slice();
    if (this.#rest.length >= LINE_SIZE_MAX) yield* this.flush();
  }

  /** What is left without a newline, if anything is. */
  *flush(): Generator<Uint8Array> {
    if (this.#rest.length > 0) yield this.#rest;
    this.#rest = new Uint8Array(0);
  }

  #join(part: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return part;
    const joined = new Uint8Array(this.#rest.length + part.length);
    joined.set(this.#rest);
    joined.set(part, this.#rest.length);
    return joined;
  }
}
