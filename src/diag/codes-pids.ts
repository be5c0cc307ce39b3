/** Pages of pinned PIDs. Pure. */

import { type CodePage, one, page, spec } from "./code-page.ts";

export const pidsCodes = {
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
  SBX2207: page(
    "pinned-twice",
    "A process is pinned to two PIDs in one PID namespace.",
    one("{run: sleep 1, pid: 7, pids: {demo: 8}}"),
    spec("sandboxes:\n  box: {processes: {web: {run: sleep 1, pid: 7, pids: {demo: 8}}}}"),
  ),
} as const satisfies Record<string, CodePage>;
