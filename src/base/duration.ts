/** Durations as specs write them: `250ms`, `5s`, `1m30s`. Pure. */

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longest duration: 32 bits of milliseconds, about 49 days. */
const DURATION_MS_MAX = 0xffff_ffff;

/** As most are: looking for all of several takes ten times as long. */
const ONE_NUMBER = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

function bounded(ms: number): number | null {
  return ms <= DURATION_MS_MAX ? Math.round(ms) : null;
}

/** Milliseconds, rounded to whole ones; null if `text` is no duration or is too long. */
export function durationMs(text: string): number | null {
  const one = ONE_NUMBER.exec(text);
  if (one !== null) return bounded(Number(one[1]) * (UNITS_MS[one[2] ?? ""] ?? 0));
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null;
  let sum = 0;
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g)) {
    sum += Number(number) * (UNITS_MS[unit ?? ""] ?? 0);
  }
  return bounded(sum);
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
