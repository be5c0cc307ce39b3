/** Pages of fields and names. Pure. */

import { type CodePage, one, page, spec } from "./code-page.ts";

export const structureCodes = {
  SBX2001: page(
    "unknown-field",
    "A field that this version does not know. Nothing is ignored silently; keys that begin with `x-` are yours.",
    one('{run: sleep 1, umsk: "022"}'),
    one('{run: sleep 1, umask: "022"}'),
  ),
  SBX2002: page(
    "wrong-type",
    "A value of another type than the field takes.",
    spec("processes: 5"),
    spec("processes: {web: sleep 1}"),
  ),
  SBX2003: page(
    "missing-field",
    "A required field is absent.",
    "description: no name\nprocesses: {web: sleep 1}\n",
    spec("processes: {web: sleep 1}"),
  ),
  SBX2004: page(
    "pid-level-limit",
    "The kernel allows 32 PID namespaces below the one you are in.",
    spec("sandboxes:\n  doll: {nest: 32, processes: {web: sleep 1}}"),
    spec("sandboxes:\n  doll: {nest: 31, processes: {web: sleep 1}}"),
  ),
  SBX2005: page(
    "run-or-shell",
    "A process has exactly one of `run` (an argument list) and `shell` (a script).",
    one("{run: sleep 1, shell: sleep 1}"),
    one("{shell: 'sleep 1; sleep 2'}"),
  ),
  SBX2006: page(
    "empty-command",
    "A command needs at least the name of a program.",
    one('""'),
    one("sleep 1"),
  ),
  SBX2007: page(
    "open-quote",
    "A quote in a command is not closed.",
    one('"echo \'hello"'),
    one("\"echo 'hello'\""),
  ),
  SBX2008: page(
    "bad-name",
    "Names are letters, digits, `_` and `-`, and begin with a letter or digit, so that paths such as outer/web.1 are clear.",
    spec("processes:\n  a/b: sleep 1"),
    spec("processes:\n  a-b: sleep 1"),
  ),
  SBX2009: page(
    "reserved-name",
    "`init` names the init of each sandbox, `host` the level above all.",
    spec("processes:\n  init: sleep 1"),
    spec("processes:\n  main: sleep 1"),
  ),
  SBX2010: page(
    "name-clash",
    "A process and a sandbox share one space of paths.",
    spec("processes: {web: sleep 1}\nsandboxes:\n  web: {processes: {a: sleep 1}}"),
    spec("processes: {web: sleep 1}\nsandboxes:\n  box: {processes: {a: sleep 1}}"),
  ),
  SBX2011: page(
    "one-stdin",
    "A process reads from one place: `file` or `text`.",
    one("{run: cat, stdin: {file: /etc/hostname, text: hi}}"),
    one("{run: cat, stdin: {text: hi}}"),
  ),
  SBX2012: page(
    "not-built-yet",
    "The language has a name for this, and this version cannot do it. It is no mistake of yours; but a spec that was run without it would be another, so nothing is run.",
    spec("capabilities: {keep: [CHOWN]}\nprocesses: {web: sleep 1}"),
    spec("processes: {web: sleep 1}"),
  ),
  SBX2013: page(
    "foreign-file",
    "A file of another tool. Its words are not those of a spec, and docs/coming-from.md has what each of them is here.",
    "services:\n  web: {command: sleep 1, environment: {MODE: test}}\n",
    spec("processes:\n  web: {run: sleep 1, env: {MODE: test}}"),
  ),
} as const satisfies Record<string, CodePage>;
