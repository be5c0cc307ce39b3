/** Durations as specs write them: `250ms`, `5s`, `1m30s`. Pure. */

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longest duration: 32 bits of milliseconds, about 49 days. */
const DURATION_MS_MAX = 0xffff_ffff;

/** Milliseconds, rounded to whole ones; null if `text` is no duration or is too long. */
export function durationMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null;
  let sum = 0;
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g)) {
    sum += Number(number) * (UNITS_MS[unit ?? ""] ?? 0);
  }
  return sum <= DURATION_MS_MAX ? Math.round(sum) : null;
}

/** Written with the largest unit that needs no fraction. */
export function durationText(ms: number): string {
  const [unit = "ms", size = 1] =
    Object.entries(UNITS_MS)
      .toReversed()
      .find(([, each]) => ms >= each && ms % each === 0) ?? [];
  return `${ms / size}${unit}`;
}

/** As durationMs, with a sign before it if it has one. */
export function signedDurationMs(text: string): number | null {
  const ms = durationMs(text.replace(/^[+-]/, ""));
  return ms === null || !text.startsWith("-") ? ms : -ms;
}

/** As durationText, of any sign. */
export function signedDurationText(ms: number): string {
  return ms < 0 ? `-${durationText(-ms)}` : durationText(ms);
}
