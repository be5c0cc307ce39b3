/** Signals by name and number, as x86 and ARM have them. Pure. */

import { constants } from "node:os";

/** Without `SIG`. Source: signal(7). */
export const SIGNALS: ReadonlyMap<string, number> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [name.slice(3), number] as const),
);

/** First real-time signal that libc leaves to programs; os.constants has none of them. */
export const SIGRTMIN = 34;

const NAMES = new Map([...SIGNALS].toReversed().map(([name, number]) => [number, name] as const));

/** `TERM`, `RTMIN+3`, or the number where it has no name. */
export function signalName(number: number): string {
  const name = NAMES.get(number);
  if (name !== undefined) return name;
  return number >= SIGRTMIN ? `RTMIN+${number - SIGRTMIN}` : String(number);
}
