/**
 * Registry of every diagnostic the tool can emit, with what `sandbox explain` says of it. Pure.
 *
 * The first digit is the stage: 1 YAML, 2 spec, 3 host, 4 run, 5 expectations. A code is never
 * used again for something else.
 */

export interface CodePage {
  /** Kebab-case, also the name of the fixture's folder. */
  readonly name: string;
  readonly severity: "error" | "warning";
  readonly text: string;
  /** A spec that has the mistake, and the same without; empty where no spec shows it. */
  readonly wrong: string;
  readonly right: string;
}

const page = (
  name: string,
  text: string,
  wrong = "",
  right = "",
  severity: CodePage["severity"] = "error",
): CodePage => ({ name, severity, text, wrong, right });

const spec = (body: string): string => `sandbox: demo\n${body}\n`;
const one = (body: string): string => spec(`processes:\n  web: ${body}`);

export const codes = {
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
  SBX1006: page("too-large", "A spec is at most 16 MiB.", ""),
  SBX1007: page(
    "empty-file",
    "The file holds no sandbox.",
    "# nothing\n",
    spec("processes: {web: sleep 1}"),
  ),
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
    one("{shell: sleep 1}"),
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
  SBX2103: page(
    "unknown-reference",
    "A name that nothing in the spec has. Names are looked up in this sandbox first, then outwards.",
    spec("processes:\n  db: sleep 1\n  web: {run: sleep 1, depends_on: [dbb]}"),
    spec("processes:\n  db: sleep 1\n  web: {run: sleep 1, depends_on: [db]}"),
  ),
  SBX2104: page(
    "dependency-cycle",
    "Processes wait for each other in a circle, so none would ever start.",
    spec("processes:\n  a: {run: sleep 1, depends_on: [b]}\n  b: {run: sleep 1, depends_on: [a]}"),
    spec("processes:\n  a: sleep 1\n  b: {run: sleep 1, depends_on: [a]}"),
  ),
  SBX2105: page(
    "unknown-init",
    "`init` names a process of this sandbox, without replicas, or `reaper`.",
    spec("init: ap\nprocesses: {app: sleep 1}"),
    spec("init: app\nprocesses: {app: sleep 1}"),
  ),
  SBX2106: page(
    "unknown-until",
    "`until` is `all`, `any` or the name of a process of this sandbox.",
    spec("until: wbe\nprocesses: {web: sleep 1}"),
    spec("until: web\nprocesses: {web: sleep 1}"),
  ),
  SBX2107: page(
    "init-waits",
    "A process that is its sandbox's init comes first: it cannot wait for one inside.",
    spec("init: app\nprocesses:\n  app: {run: sleep 1, depends_on: [db]}\n  db: sleep 1"),
    spec("init: app\nprocesses:\n  app: sleep 1\n  db: {run: sleep 1, depends_on: [app]}"),
  ),
  SBX2201: page(
    "pid-conflict",
    "Two processes are pinned to one PID in one PID namespace.",
    spec("processes:\n  a: {run: sleep 1, pid: 7}\n  b: {run: sleep 1, pid: 7}"),
    spec("processes:\n  a: {run: sleep 1, pid: 7}\n  b: {run: sleep 1, pid: 8}"),
  ),
  SBX2202: page(
    "pid-one-taken",
    "PID 1 of a PID namespace is its init. To make a process PID 1, name it with `init`.",
    one("{run: sleep 1, pid: 1}"),
    spec("init: web\nprocesses:\n  web: {run: sleep 1, pid: 1}"),
  ),
  SBX2203: page(
    "pid-range",
    "PIDs go from 1 to 4194303; pid_max (4194304) is the first that is never given.",
    one("{run: sleep 1, pid: 4194304}"),
    one("{run: sleep 1, pid: 4194303}"),
  ),
  SBX2204: page(
    "pin-on-replicas",
    "All replicas would have the same PID.",
    one("{run: sleep 1, replicas: 2, pid: 7}"),
    one("{run: sleep 1, replicas: 2}"),
  ),
  SBX2205: page(
    "unknown-level",
    "`pids` names PID namespaces by the sandbox that owns them: this one, one around it, or `host`.",
    one("{run: sleep 1, pids: {inner: 7}}"),
    one("{run: sleep 1, pids: {demo: 7}}"),
  ),
  SBX2206: page(
    "level-not-owned",
    "This sandbox has no PID namespace of its own.",
    spec("namespaces: {pid: inherit}\nprocesses:\n  web: {run: sleep 1, pid: 7}"),
    one("{run: sleep 1, pid: 7}"),
  ),
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
    "A variable is both set and taken from the caller.",
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
    "parameter",
    "Parameters are not supported yet. Write `$${` for a literal `${`.",
    one("{shell: 'echo ${HOME}'}"),
    one("{shell: 'echo $HOME'}"),
  ),
  SBX2310: page(
    "too-many",
    "The spec expands to more than 1,000,000 processes or 65,536 sandboxes.",
    spec("sandboxes:\n  box: {replicas: 40000, nest: 2, processes: {web: sleep 1}}"),
    spec("sandboxes:\n  box: {replicas: 4, nest: 2, processes: {web: sleep 1}}"),
  ),
  SBX2401: page(
    "hostname-needs-uts",
    "Host and domain names belong to a UTS namespace: without a new one the host's would change.",
    spec("namespaces: {uts: inherit}\nhostname: h\nprocesses: {web: sleep 1}"),
    spec("hostname: h\nprocesses: {web: sleep 1}"),
  ),
  SBX2402: page(
    "root-needs-mount",
    "`root` changes mounts, which needs a new mount namespace.",
    spec("namespaces: {mount: inherit}\nroot: host\nprocesses: {web: sleep 1}"),
    spec("root: host\nprocesses: {web: sleep 1}"),
  ),
  SBX2403: page(
    "map-needs-user",
    "Id maps belong to a user namespace: ask for a new one.",
    spec("user: {map: [{inside: 0, outside: 0}]}\nprocesses: {web: sleep 1}"),
    spec(
      "namespaces: {user: new}\nuser: {map: [{inside: 0, outside: 0}]}\nprocesses: {web: sleep 1}",
    ),
  ),
  SBX2404: page(
    "map-overlap",
    "Two entries of an id map have an id in common.",
    spec(
      "namespaces: {user: new}\nuser: {map: [{inside: 0, outside: 0}, {inside: 0, outside: 1}]}\nprocesses: {web: sleep 1}",
    ),
    spec(
      "namespaces: {user: new}\nuser: {map: [{inside: 0, outside: 0}, {inside: 1, outside: 1}]}\nprocesses: {web: sleep 1}",
    ),
  ),
  SBX2405: page(
    "id-not-mapped",
    "An identity that the new user namespace does not map. Without a map only id 0 is.",
    spec("namespaces: {user: new}\nuser: {uid: 5}\nprocesses: {web: sleep 1}"),
    spec(
      "namespaces: {user: new}\nuser: {uid: 5, gid: 0, map: [{inside: 5, outside: 0}, {inside: 0, outside: 1}]}\nprocesses: {web: sleep 1}",
    ),
  ),
  SBX2406: page(
    "init-needs-pid",
    "A process can be PID 1 only of a new PID namespace.",
    spec("namespaces: {pid: inherit}\ninit: web\nprocesses: {web: sleep 1}"),
    spec("init: web\nprocesses: {web: sleep 1}"),
  ),
  SBX2407: page("user-level-limit", "The kernel allows 33 nested user namespaces.", ""),
  SBX2501: page(
    "impossible-expect",
    "An expectation that can never hold.",
    one("{run: sleep 1, pid: 7, expect: {pid: 8}}"),
    one("{run: sleep 1, pid: 7, expect: {pid: 7}}"),
  ),
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
  SBX3001: page(
    "host-refused",
    "The kernel or a policy refused a step of building the sandbox. `sandbox doctor` says what this host can do.",
  ),
  SBX3002: page("file-unreadable", "A file could not be read."),
  SBX3003: page(
    "levels-left",
    "The runner is itself in a nested PID namespace, so fewer than 32 levels are left.",
  ),
  SBX3004: page(
    "user-namespaces-blocked",
    "An ordinary user needs user namespaces, and this host refuses them.",
  ),
  SBX4001: page("exec-failed", "The program of a process could not be executed."),
  SBX4002: page("process-refused", "A process could not be given what its spec asks for."),
  SBX4003: page("clone-refused", "clone3 refused a process or its namespaces."),
  SBX4004: page(
    "process-failed",
    "A process ended with a code other than 0, or by a signal, and nothing in the spec expects that.",
  ),
  SBX4005: page("timed-out", "A time-out was reached, and what ran longer was stopped."),
  SBX4006: page("monitor-died", "The shim's monitor was killed; the kernel ended the run with it."),
  SBX4007: page("name-in-use", "Another run has this name."),
  SBX4008: page(
    "pin-not-given",
    "This host refuses set_tid, so PIDs are given in start order, and a pinned one came out otherwise.",
  ),
  SBX5001: page("expectation-failed", "A process was not what its `expect` says."),
} as const satisfies Record<string, CodePage>;

export type Code = keyof typeof codes;
