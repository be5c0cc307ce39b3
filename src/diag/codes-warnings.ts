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
  SBX2611: page(
    "run-is-no-shell",
    "`run` is split into words and started as it is: pipes, redirections, `&&`, variables and built-in commands are for a shell, so the program would get them as plain arguments.",
    one("{run: 'ls / | wc -l'}"),
    one("{shell: 'ls / | wc -l'}"),
    "warning",
  ),
  SBX2612: page(
    "odd-host-name",
    "A host name that hostname(7) does not allow. The kernel takes any text, programs that look it up or print it do not.",
    spec("hostname: my_host!\nprocesses: {web: sleep 1}"),
    spec("hostname: my-host\nprocesses: {web: sleep 1}"),
    "warning",
  ),
  SBX2613: page(
    "matrix-value-twice",
    "A matrix names one value of a parameter twice, so cases are the same.",
    spec(
      'params: {n: {type: integer}}\nmatrix: {n: [1, 2, 1]}\nprocesses: {web: {run: sleep 1, replicas: "${n}"}}',
    ),
    spec(
      'params: {n: {type: integer}}\nmatrix: {n: [1, 2]}\nprocesses: {web: {run: sleep 1, replicas: "${n}"}}',
    ),
    "warning",
  ),
  SBX2614: page(
    "word-as-name",
    "`until: all`, `until: any` and `init: reaper` keep their meaning where a process has such a name.",
    spec("until: any\nprocesses: {any: sleep 1, web: sleep 2}"),
    spec("until: first\nprocesses: {first: sleep 1, web: sleep 2}"),
    "warning",
  ),
  SBX2615: page(
    "essential-to-fail",
    "An essential process that fails fails the run, also where its failure is expected.",
    one("{run: 'false', essential: true, expect: {exit: 1}}"),
    one("{run: 'false', expect: {exit: 1}}"),
    "warning",
  ),
  SBX2616: page(
    "limit-without-effect",
    "Limits that Linux still takes, and has not kept for twenty years. Source: getrlimit(2).",
    one("{run: sleep 1, limits: {rss: 64M}}"),
    one("{run: sleep 1, limits: {as: 64M}}"),
    "warning",
  ),
} as const satisfies Record<string, CodePage>;
