/** A range of a source file, and the empty range for records without source text. */

/** A half-open range `[start, end)` in one source file, in UTF-16 code units. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** For records without source text, such as those read back from a plan image. */
export const NO_SPAN: Span = { file: "", start: 0, end: 0 };
