/** What of a workload's output may act on a terminal: colours, and nothing else. Pure. */

import { escapeText } from "./escape.ts";

/**
 * Select Graphic Rendition: colours, bold and the like; or what erases to the end of the line, where
 * nothing stands yet: grep(1) has one after each colour. Source: ECMA-48, console_codes(4).
 */
const HARMLESS = /\u001b\[(?:[0-9;:]*m|0?K)/g;

const RESET = "\u001b[0m";

/**
 * One line without its end, as a terminal may have it: of what a carriage return overwrites only
 * the last is left, colours pass and are reset at the end, all other controls are written as
 * escapes. Without `hasColour` colours are left out.
 */
export function terminalLine(line: string, hasColour: boolean): string {
  const text = line.includes("\r") ? lastState(line) : line;
  if (!text.includes("\u001b")) return escaped(text);
  const parts = text.split(HARMLESS);
  if (!hasColour) return parts.map(escaped).join("");
  const colours = text.match(HARMLESS)?.map((code) => (code.endsWith("m") ? code : "")) ?? [];
  const joined = parts.map((part, index) => `${escaped(part)}${colours[index] ?? ""}`).join("");
  return colours.some((code) => code !== "") ? `${joined}${RESET}` : joined;
}

/** What is on the line once it is written: a progress bar ends each state with a return. */
function lastState(line: string): string {
  const whole = line.replace(/\r+$/, "");
  return whole.slice(whole.lastIndexOf("\r") + 1);
}

/** A tab stays: it moves only forwards. */
function escaped(text: string): string {
  return text.includes("\t") ? text.split("\t").map(escapeText).join("\t") : escapeText(text);
}
