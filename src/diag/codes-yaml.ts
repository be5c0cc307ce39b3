/** Pages of the YAML itself. Pure. */

import { type CodePage, page, spec } from "./code-page.ts";

export const yamlCodes = {
  SBX1001: page(
    "yaml-syntax",
    "The file is not well-formed YAML 1.2.",
    "sandbox: [demo\n",
    spec("processes: {web: sleep 1}"),
  ),
  SBX1002: page(
    "duplicate-key",
    "A map has the same key twice. YAML forbids that, as one of the two would be lost.",
    spec("processes:\n  web: sleep 1\n  web: sleep 2"),
    spec("processes:\n  web: sleep 1\n  web2: sleep 2"),
  ),
  SBX1003: page(
    "many-documents",
    "A file is one sandbox, so it holds one YAML document.",
    "sandbox: a\nprocesses: {web: sleep 1}\n---\nsandbox: b\n",
    spec("processes: {web: sleep 1}"),
  ),
  SBX1004: page(
    "alias-bomb",
    "Aliases that repeat aliases grow without bound. A spec may use each anchor often, but not build such a tower.",
    "",
  ),
  SBX1005: page("too-deep", "Collections are nested more than 200 deep.", ""),
  SBX1006: page("too-large", "A spec is at most 16 MiB, and holds at most 1,500,000 values.", ""),
  SBX1007: page(
    "empty-file",
    "The file holds no sandbox.",
    "# nothing\n",
    spec("processes: {web: sleep 1}"),
  ),
  SBX1008: page(
    "strange-character",
    "Control characters, and those that turn the direction of text, do not show what they do: a reader sees another spec than the one that runs. YAML has escapes for them. Also bytes that are no UTF-8.",
  ),
  SBX1009: page(
    "alias-without-anchor",
    "An alias repeats what an anchor before it has named. It can name nothing that comes later, and nothing that it is a part of.",
    spec("processes: {web: *command}"),
    spec("processes: {web: &command sleep 1, other: *command}"),
  ),
} as const satisfies Record<string, CodePage>;
