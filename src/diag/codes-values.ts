/** Pages of single values. Pure. */

import { type CodePage, one, page, spec } from "./code-page.ts";

export const valuesCodes = {
  SBX2301: page(
    "bad-duration",
    "Durations are numbers with a unit: 250ms, 5s, 2m, 1h.",
    one("{run: sleep 1, timeout: 5 sec}"),
    one("{run: sleep 1, timeout: 5s}"),
  ),
  SBX2302: page(
    "bad-signal",
    "Signals are named as in signal(7), with or without SIG, or by number.",
    one("{run: sleep 1, stop: {signal: TREM}}"),
    one("{run: sleep 1, stop: {signal: TERM}}"),
  ),
  SBX2303: page(
    "bad-limit",
    "Limits are named as in getrlimit(2), without RLIMIT_ and in lower case; the soft one is at most the hard one.",
    one("{run: sleep 1, limits: {nofiles: 64}}"),
    one("{run: sleep 1, limits: {nofile: 64}}"),
  ),
  SBX2304: page(
    "bad-umask",
    "A umask is three octal digits.",
    one("{run: sleep 1, umask: 999}"),
    one("{run: sleep 1, umask: 022}"),
  ),
  SBX2305: page(
    "out-of-range",
    "A number outside of what the field takes.",
    one("{run: sleep 1, replicas: -1}"),
    one("{run: sleep 1, replicas: 1}"),
  ),
  SBX2306: page(
    "env-twice",
    "A variable is both set and taken from the caller, or taken twice.",
    one("{run: sleep 1, env: {A: b}, inherit_env: [A]}"),
    one("{run: sleep 1, env: {A: b}}"),
  ),
  SBX2307: page(
    "bad-variable-name",
    "Names of environment variables are not empty and hold no `=`.",
    one('{run: sleep 1, env: {"A=B": c}}'),
    one("{run: sleep 1, env: {A: c}}"),
  ),
  SBX2308: page(
    "nul-character",
    "The kernel ends strings at a NUL character.",
    one('"echo a\\0b"'),
    one("echo ab"),
  ),
  SBX2309: page(
    "unknown-parameter",
    "`${name}` names a parameter that the spec does not declare. A literal `${` is written `$${`; a shell's own variable needs no braces.",
    one("{shell: 'echo ${HOME}'}"),
    one("{shell: 'echo $HOME $${HOME}'}"),
  ),
  SBX2310: page(
    "too-many",
    "The spec expands to more than 1,000,000 processes or 65,536 sandboxes, or to so much text, so many values that differ, dependencies or steps that checking it would take gigabytes or minutes. The span is what makes it grow.",
    spec("sandboxes:\n  box: {replicas: 40000, nest: 2, processes: {web: sleep 1}}"),
    spec("sandboxes:\n  box: {replicas: 4, nest: 2, processes: {web: sleep 1}}"),
  ),
  SBX2311: page(
    "bad-expression",
    "Between `${` and `}` stand names, integers, `+ - * / %` and parentheses.",
    one("{run: sleep 1, env: {A: '${1 +}'}}"),
    one("{run: sleep 1, env: {A: '${1 + 1}'}}"),
  ),
  SBX2312: page(
    "bad-arithmetic",
    "An expression calculates with something that is no integer, divides by zero, or leaves the range of 53 bits.",
    one("{run: sleep 1, env: {A: '${1 / 0}'}}"),
    one("{run: sleep 1, env: {A: '${1 / 1}'}}"),
  ),
  SBX2313: page(
    "no-copy-number",
    "`replica` is the number of a copy made by `replicas`, `nest` that of one made by `nest`. Elsewhere they have no value.",
    one("{run: sleep 1, env: {A: '${replica}'}}"),
    one("{run: sleep 1, replicas: 2, env: {A: '${replica}'}}"),
  ),
  SBX2314: page(
    "soft-above-hard",
    "The soft limit is what holds; the hard one is how far it may be raised.",
    one("{run: sleep 1, limits: {nofile: {soft: 64, hard: 32}}}"),
    one("{run: sleep 1, limits: {nofile: {soft: 32, hard: 64}}}"),
  ),
  SBX2315: page(
    "argument-too-long",
    "The kernel takes at most 131,071 bytes for one argument or variable. Source: execve(2), MAX_ARG_STRLEN.",
  ),
  SBX2316: page(
    "path-too-long",
    "The kernel takes paths of at most 4,095 bytes. Source: path_resolution(7), PATH_MAX.",
  ),
  SBX2318: page(
    "arguments-too-long",
    "The kernel takes at most 6 MiB of arguments and variables in all, or a quarter of the stack limit where that is less, but not below 128 KiB. Source: execve(2).",
  ),
  SBX2319: page(
    "signal-not-ignorable",
    "KILL and STOP cannot be ignored, caught or blocked by anybody. Source: signal(7).",
    one("{run: sleep 1, ignore_signals: [HUP, KILL]}"),
    one("{run: sleep 1, ignore_signals: [HUP]}"),
  ),
  SBX2320: page(
    "parent-death-signal",
    "In a sandbox without a PID namespace of its own nothing but the parent-death signal ends a process whose init was killed, so that signal is KILL there.",
    spec("namespaces: {pid: inherit}\nprocesses: {web: {run: sleep 1, parent_death_signal: TERM}}"),
    spec("processes: {web: {run: sleep 1, parent_death_signal: TERM}}"),
  ),
  SBX2317: page(
    "zero-timeout",
    "A time-out of nothing would stop the process as soon as it runs. Without `timeout` there is none.",
    one("{run: sleep 1, timeout: 0s}"),
    one("{run: sleep 1, timeout: 2s}"),
  ),
} as const satisfies Record<string, CodePage>;
