/** Signals by name and number, as x86 and ARM have them. Pure. */

/** In the order of their numbers, from 1; without `SIG`. Source: signal(7). */
const ORDERED = [
  ...["HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2"],
  ...["PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG"],
  ...["XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"],
];

/** By name; the last are second names of some. */
export const SIGNALS: ReadonlyMap<string, number> = new Map([
  ...ORDERED.map((name, index): [string, number] => [name, index + 1]),
  ["IOT", 6],
  ["POLL", 29],
]);

/** First real-time signal that libc leaves to programs. */
export const SIGRTMIN = 34;

/** `TERM`, `RTMIN+3`, or the number where it has no name. */
export function signalName(number: number): string {
  const name = ORDERED[number - 1];
  if (name !== undefined) return name;
  return number >= SIGRTMIN ? `RTMIN+${number - SIGRTMIN}` : String(number);
}
