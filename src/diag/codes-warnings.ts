/** Pages of what is legal and surely not meant. Pure. */

import { type CodePage, one, page, spec } from "./code-page.ts";

export const warningsCodes = {
  SBX2601: page(
    "timeout-unreached",
    "A process may run longer than its sandbox, so its time-out is never reached.",
    spec("timeout: 1s\nprocesses:\n  web: {run: sleep 1, timeout: 5s}"),
    spec("timeout: 5s\nprocesses:\n  web: {run: sleep 1, timeout: 1s}"),
    "warning",
  ),
  SBX2602: page(
    "empty-sandbox",
    "A sandbox without processes and sandboxes ends as soon as it stands.",
    spec("description: nothing"),
    spec("processes: {web: sleep 1}"),
    "warning",
  ),
  SBX2603: page(
    "unused-template",
    "A template that nothing uses.",
    spec("templates: {quiet: {umask: 077}}\nprocesses: {web: sleep 1}"),
    spec("templates: {quiet: {umask: 077}}\nprocesses: {web: {use: quiet, run: sleep 1}}"),
    "warning",
  ),
  SBX2604: page(
    "unused-parameter",
    "A parameter that no `${…}` uses.",
    spec("params: {n: {type: integer, default: 1}}\nprocesses: {web: sleep 1}"),
    spec(
      'params: {n: {type: integer, default: 1}}\nprocesses: {web: {run: sleep 1, replicas: "${n}"}}',
    ),
    "warning",
  ),
  SBX2605: page(
    "shell-not-needed",
    "A script that is one plain command. With `run` there is no shell in between: one process less to see, and signals reach the program itself.",
    one("{shell: sleep 1}"),
    one("{run: sleep 1}"),
    "warning",
  ),
  SBX2606: page(
    "host-pin",
    "A PID pinned at level 0 belongs to the host: another process may have it, and only root may ask for it.",
    one("{run: sleep 1, pids: {host: 30000}}"),
    one("{run: sleep 1, pid: 30000}"),
    "warning",
  ),
  SBX2607: page(
    "needless-dependency",
    "The init of a sandbox always starts before its processes, so there is nothing to wait for.",
    one("{run: sleep 1, depends_on: [init]}"),
    one("sleep 1"),
    "warning",
  ),
  SBX2608: page(
    "unreachable",
    "A process waits for the success of one that is expected to fail, so it never starts.",
    spec(
      "processes:\n  bad: {run: 'false', expect: {exit: 1}}\n  web: {run: sleep 1, depends_on: {bad: succeeded}}",
    ),
    spec(
      "processes:\n  bad: {run: 'false', expect: {exit: 1}}\n  web: {run: sleep 1, depends_on: {bad: exited}}",
    ),
    "warning",
  ),
  SBX2609: page(
    "no-copies",
    "`replicas: 0` makes none.",
    one("{run: sleep 1, replicas: 0}"),
    one("{run: sleep 1, replicas: 1}"),
    "warning",
  ),
  SBX2610: page(
    "stop-signal",
    "A stop signal that does not ask to end: KILL leaves no time for it, STOP, CONT and CHLD end nothing.",
    one("{run: sleep 1, stop: {signal: KILL, grace: 1s}}"),
    one("{run: sleep 1, stop: {signal: TERM, grace: 1s}}"),
    "warning",
  ),
} as const satisfies Record<string, CodePage>;
