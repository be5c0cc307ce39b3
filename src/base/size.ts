/** Sizes as specs write them: `64K`, `256M`, `1G`, or bytes. Pure. */

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Bytes; null if `text` is no size or is beyond 2^53. */
export function sizeBytes(text: string): number | null {
  const [, digits, unit] = /^(\d+)([KMG])?$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const bytes = Number(digits) * (UNITS[unit ?? ""] ?? 1);
  return Number.isSafeInteger(bytes) ? bytes : null;
}
