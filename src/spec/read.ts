/** From YAML text to positioned nodes, with every mistake of the YAML itself. Pure. */

import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { SPEC_SIZE_MAX, WRITTEN_NODE_COUNT_MAX } from "./bounds.ts";
import { readCommon } from "./common-yaml.ts";
import { strangeCharacters } from "./strange-characters.ts";
import type { Reading } from "./whole-yaml.ts";

/** Nested collections; the parser recurses, and 5,000 overflow its stack (CVE-2026-33532). */
export const DEPTH_MAX = 200;

export function readSpec(file: string, text: string): Reading {
  const whole: Span = { file, start: 0, end: Math.min(text.length, 1) };
  if (text.length > SPEC_SIZE_MAX || Buffer.byteLength(text) > SPEC_SIZE_MAX) {
    return tooLarge(whole, "the file is larger than 16 MiB");
  }
  const deep = tooDeepAt(text);
  if (deep !== null) {
    const span = { file, start: deep, end: deep + 1 };
    const message = `collections are nested more than ${DEPTH_MAX} deep`;
    return failed(diagnostic("SBX1005", span, message, { help: "nest sandboxes with `nest: N`" }));
  }
  const strange = strangeCharacters(file, text);
  if (strange.isBinary) return { root: null, diagnostics: strange.diagnostics };
  const common = strange.diagnostics.length === 0 ? readCommon(file, text) : null;
  if (common !== null && common !== "too much") return { root: common, diagnostics: [] };
  const reading = common === null ? wholeReader().readWhole(file, text, strange.diagnostics) : null;
  return reading ?? tooLarge(whole, `the file holds more than ${WRITTEN_NODE_COUNT_MAX} values`);
}

function tooLarge(whole: Span, message: string): Reading {
  const help = "generate processes with `replicas` instead of writing them out";
  return failed(diagnostic("SBX1006", whole, message, { help }));
}

/** Loaded where it is needed: that takes longer than the check of a small spec. */
function wholeReader(): typeof import("./whole-yaml.ts") {
  return require("./whole-yaml.ts");
}

function failed(finding: Diagnostic): Reading {
  return { root: null, diagnostics: [finding] };
}

/** Offset where flow brackets or indentation pass DEPTH_MAX; a bound, before any parser runs. */
function tooDeepAt(text: string): number | null {
  let flow = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) {
      if (++flow > DEPTH_MAX) return i;
    } else if ((code === 0x5d || code === 0x7d) && flow > 0) flow--;
  }
  // Block collections: `- - - -` on one line, or one more column on each.
  const block = /^(?:[ ]*(?:- |\? )){201}/m.exec(text) ?? /^ {400,}(?=[^\s#])/m.exec(text);
  return block === null ? null : block.index;
}
