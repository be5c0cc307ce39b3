/** A plain value as YAML on one line, for examples in findings. Pure. */

/** Text that YAML takes as text without quotes, also between brackets. */
const PLAIN =
  /^(?!(?:true|false|null|yes|no|on|off|~)$|[-+.\d])[^\s:#,[\]{}"'&*!|>%@`?-][^:#,[\]{}"']*$/i;
/** A number with a unit is no number. */
const MEASURE = /^\d+[a-z]+$/i;

export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, each]) => `${key}: ${flowText(each)}`);
    return `{${entries.join(", ")}}`;
  }
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) || MEASURE.test(value) ? value : JSON.stringify(value);
}
