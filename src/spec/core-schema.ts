/** What plain text stands for in YAML's core schema. Pure. Source: YAML 1.2.2, section 10.3.2. */

const NULL = /^(?:~|[Nn]ull|NULL)$/;
const BOOLEAN = /^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/;
const OCTAL = /^0o[0-7]+$/;
const INTEGER = /^[-+]?[0-9]+$/;
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** What text can begin with that is a number, a truth value or null. */
const OTHER_STARTS = /^[-+.0-9tTfFnN~]/;

/** `text` is not empty. */
export function plainValue(text: string): string | number | boolean | null {
  if (!OTHER_STARTS.test(text)) return text;
  if (NULL.test(text)) return null;
  if (BOOLEAN.test(text)) return /^[tT]/.test(text);
  if (OCTAL.test(text)) return Number.parseInt(text.slice(2), 8);
  if (INTEGER.test(text)) return Number.parseInt(text, 10);
  if (HEXADECIMAL.test(text)) return Number.parseInt(text.slice(2), 16);
  if (FLOAT.test(text)) return Number.parseFloat(text);
  if (!NOT_FINITE.test(text)) return text;
  if (/nan$/i.test(text)) return Number.NaN;
  return text.startsWith("-") ? -Infinity : Infinity;
}
