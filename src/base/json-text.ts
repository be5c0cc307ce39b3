/** JSON for pipes and terminals alike: with nothing in it that a terminal acts on. Pure. */

import { escapeJson } from "./escape.ts";

/** One line, with its end. */
export function jsonLine(value: unknown): string {
  return `${escapeJson(JSON.stringify(value))}\n`;
}
