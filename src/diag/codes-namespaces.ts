/** Pages of namespaces, and of what can never be. Pure. */

import { type CodePage, one, page, spec } from "./code-page.ts";

export const namespacesCodes = {
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
  SBX2408: page(
    "outside-not-mapped",
    "An id map takes ids of the user namespace above. Where the spec makes that one too, it must have them.",
    spec(
      "namespaces: {user: new}\nsandboxes:\n  in:\n    namespaces: {user: new}\n    user: {map: [{inside: 0, outside: 5}]}\n    processes: {web: sleep 1}",
    ),
    spec(
      "namespaces: {user: new}\nsandboxes:\n  in:\n    namespaces: {user: new}\n    user: {map: [{inside: 0, outside: 0}]}\n    processes: {web: sleep 1}",
    ),
  ),
  SBX2409: page(
    "map-too-long",
    "The kernel takes 340 ranges in an id map. Source: user_namespaces(7).",
  ),
  SBX2410: page(
    "root-read-only",
    "`root: host` makes the host's tree read-only for that sandbox and all below it, so none of these can have it writable. At the root of a spec `host` is the default.",
    spec("sandboxes:\n  in:\n    root: host-rw\n    processes: {web: sleep 1}"),
    spec("root: host-rw\nsandboxes:\n  in:\n    root: host-rw\n    processes: {web: sleep 1}"),
  ),
  SBX2501: page(
    "impossible-pid",
    "A PID is expected that the process cannot have.",
    one("{run: sleep 1, pid: 7, expect: {pid: 8}}"),
    one("{run: sleep 1, pid: 7, expect: {pid: 7}}"),
  ),
  SBX2502: page(
    "impossible-level",
    "A level is expected that the process does not live at.",
    one("{run: sleep 1, expect: {level: 2}}"),
    one("{run: sleep 1, expect: {level: 1}}"),
  ),
  SBX2503: page(
    "exit-and-signal",
    "A process ends by an exit code or by a signal, never by both.",
    one("{run: sleep 1, expect: {exit: 0, signal: TERM}}"),
    one("{run: sleep 1, expect: {exit: 0}}"),
  ),
  SBX2504: page(
    "impossible-ppid",
    "The parent of a declared process is the init of its sandbox, PID 1. Where a process is PID 1 itself, its parent and that of its siblings is outside: 0.",
    one("{run: sleep 1, expect: {ppid: 7}}"),
    one("{run: sleep 1, expect: {ppid: 1}}"),
  ),
} as const satisfies Record<string, CodePage>;
