/** Finds the container of a process by its cgroup and the engines' state files. I/O. */

import * as fs from "node:fs";
import { basename, join } from "node:path";
import type { Container } from "../ir/process-facts.ts";
import { runtimeHome } from "./base-dirs.ts";
import { readText } from "./machine.ts";

/**
 * What engines write into the paths of control groups; the first group is the id, the second a
 * pod's. With systemd it is `docker-ID.scope`, without `/docker/ID`.
 */
const ENGINES: readonly (readonly [engine: string, pattern: RegExp])[] = [
  ["docker", /\/docker[/-]([0-9a-f]{12,64})(?![0-9a-f])/],
  ["podman", /\/libpod-(?:payload-)?([0-9a-f]{12,64})(?![0-9a-f])/],
  ["containerd", /\/cri-containerd-([0-9a-f]{12,64})(?![0-9a-f])/],
  ["cri-o", /\/crio-([0-9a-f]{12,64})(?![0-9a-f])/],
  ["kubernetes", /\/kubepods\/(?:[^/]+\/)*pod[^/]+\/([0-9a-f]{12,64})(?![0-9a-f])/],
  ["lxc", /\/lxc(?:\.payload\.|\/)([^/\n]+)/],
  ["systemd-nspawn", /\/systemd-nspawn@([^/\n]+)\.service/],
  // Machines of libvirt, which systemd-machined names as well, with their running number.
  ["libvirt", /\/machine-(?:qemu|lxc)\\x2d\d+\\x2d([^/\n]+)\.scope/],
  ["systemd-nspawn", /\/machine-([^/\n]+)\.scope/],
  ["runc", /\/runc-([^/\n]+)\.scope/],
  ["crun", /\/crun-([^/\n]+)\.scope/],
];

const POD = /\/(?:kubepods[^/]*-)?pod([0-9a-f]{8}[-_][0-9a-f_-]{27})(?:\.slice)?\//;

/** The container that the text of /proc/PID/cgroup names. Source: cgroups(7). */
export function containerOfCgroup(text: string): Container | null {
  for (const [engine, pattern] of ENGINES) {
    const id = pattern.exec(text)?.[1];
    if (id === undefined) continue;
    const pod = POD.exec(text)?.[1]?.replaceAll("_", "-") ?? null;
    return { engine, id: unescapeUnit(id), pod };
  }
  return null;
}

/** systemd writes `-` in a name as `\x2d`. Source: systemd.unit(5). */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** The path of the control group (v2, else the first), and the text of the whole file. */
export function cgroupOf(pid: number): { readonly path: string; readonly text: string } | null {
  const text = readText(`/proc/${pid}/cgroup`)?.trim() ?? "";
  if (text === "") return null;
  const lines = text.split("\n");
  const line = lines.find((each) => each.startsWith("0::")) ?? lines[0] ?? "";
  return { path: line.split(":").slice(2).join(":"), text };
}

/** A directory where a low-level engine keeps one directory for each container. */
interface StateRoot {
  readonly engine: string;
  readonly root: string;
  readonly file: string;
  readonly key: string;
}

const RUNC = { file: "state.json", key: "init_process_pid" } as const;
const CRUN = { file: "status", key: "pid" } as const;

function stateRoots(): StateRoot[] {
  const users = names("/run/user").map((uid) => join("/run/user", uid));
  const own = runtimeHome();
  const bases = ["/run", ...new Set(own ? [...users, own] : users)];
  return [
    { engine: "docker", root: "/run/docker/runtime-runc/moby", ...RUNC },
    ...names("/run/containerd/runc").map((namespace) => ({
      engine: namespace === "moby" ? "docker" : "containerd",
      root: join("/run/containerd/runc", namespace),
      ...RUNC,
    })),
    ...bases.flatMap((base) => [
      { engine: "runc", root: join(base, "runc"), ...RUNC },
      { engine: "crun", root: join(base, "crun"), ...CRUN },
    ]),
  ];
}

/** Containers of runc and crun by the PID of their init; those that may not be read are left out. */
export function containersByInit(): Map<number, Container> {
  const containers = new Map<number, Container>();
  for (const { engine, root, file, key } of stateRoots()) {
    for (const id of names(root)) {
      const init = numberIn(join(root, id, file), key);
      if (init !== null && !containers.has(init))
        containers.set(init, { engine, id: basename(id), pod: null });
    }
  }
  return containers;
}

function names(path: string): string[] {
  try {
    return fs.readdirSync(path);
  } catch {
    return [];
  }
}

function numberIn(path: string, key: string): number | null {
  const text = readText(path);
  if (text === null) return null;
  try {
    const value: unknown = (JSON.parse(text) as Record<string, unknown> | null)?.[key];
    return typeof value === "number" && value > 0 ? value : null;
  } catch {
    return null; // the engine is writing it
  }
}
