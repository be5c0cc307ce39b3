/** What is said of a file that could not be read, or that a spec may not name. */

import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { SpecReading } from "../host/spec-folders.ts";

export function unreadable(
  file: string,
  reading: SpecReading & { readonly ok: false },
): Diagnostic {
  const { kind, why } = reading;
  if (kind === "too-large") {
    const help = "generate processes with `replicas` instead of writing them out";
    return diagnostic("SBX1006", null, `"${file}" cannot be a spec: ${why}`, { help });
  }
  const help =
    kind === "outside"
      ? "name the file that the link leads to, or allow its folder with `--allow-include DIR`"
      : kind === "not-regular"
        ? "name a regular file; a pipe can be read as standard input, with the name `-`"
        : "name an existing spec, or write one: see `sandbox --help`";
  return diagnostic("SBX3002", null, `cannot read "${file}" (${why})`, { help });
}
