/** Rules about one sandbox at a time: what its fields need of each other and of the kernel. Pure. */

import { diagnostic } from "../diag/diagnostic.ts";
import { entryOf, get, integerOf, type Node, textOf } from "../spec/node.ts";
import { didYouMean } from "../spec/suggest.ts";
import { type BoxDraft, isNew } from "./draft.ts";
import { durationOf, type Found, limitsOf, stopOf, umaskOf } from "./values.ts";

/** Deepest level of a PID namespace below the runner's. Source: pid_namespaces(7). */
export const PID_LEVEL_MAX = 32;
/** Nested user namespaces, measured on Linux 6.18. Source: user_namespaces(7). */
export const USER_LEVEL_MAX = 33;

const RULES = [values, pidLevel, userLevel, init, until, hostname, root, user, emptySandbox];

export function checkSandbox(box: BoxDraft, found: Found): void {
  for (const rule of RULES) rule(box, found);
}

/** The sandbox's own values; those of its processes are read with them. */
function values(box: BoxDraft, found: Found): void {
  durationOf(get(box.node, "timeout"), found);
  stopOf(get(box.node, "stop"), { signal: 15, graceMs: 0 }, found);
  limitsOf(get(box.node, "limits"), found);
  umaskOf(get(box.node, "umask"), found);
}

/** SBX2004, at the first sandbox of each branch that is too deep. */
function pidLevel(box: BoxDraft, found: Found): void {
  if (box.level !== PID_LEVEL_MAX + 1 || !box.ownsPid) return;
  const nest = entryOf(box.node, "nest");
  found.push(
    diagnostic(
      "SBX2004",
      nest?.value.span ?? box.span,
      `sandbox "${box.path}" would be at PID namespace level ${box.level}`,
      {
        notes: [`the kernel allows ${PID_LEVEL_MAX} levels below the runner's own`],
        help: "nest less deep, or set `namespaces: {pid: inherit}` on a sandbox above",
      },
    ),
  );
}

function userLevel(box: BoxDraft, found: Found): void {
  let depth = 0;
  for (let at: BoxDraft | null = box; at !== null; at = at.parent) {
    if (isNew(at.node, "user", at.parent === null)) depth++;
  }
  if (depth !== USER_LEVEL_MAX + 1 || !isNew(box.node, "user", false)) return;
  found.push(
    diagnostic(
      "SBX2407",
      box.span,
      `sandbox "${box.path}" would be in user namespace number ${depth}`,
      {
        help: `use at most ${USER_LEVEL_MAX} nested user namespaces`,
      },
    ),
  );
}

function init(box: BoxDraft, found: Found): void {
  const node = get(box.node, "init");
  if (box.init === null || node === null) return;
  if (!box.ownsPid) {
    found.push(
      diagnostic(
        "SBX2406",
        node.span,
        `"${box.init}" cannot be PID 1 without a new PID namespace`,
        {
          help: "remove `pid: inherit`, or let the shim be init",
        },
      ),
    );
  }
  if (box.processes.some(({ name }) => name === box.init)) return;
  const isReplicated = box.processes.some(({ baseName }) => baseName === box.init);
  found.push(
    diagnostic(
      "SBX2105",
      node.span,
      isReplicated
        ? `init "${box.init}" has replicas, but PID 1 is one process`
        : `init "${box.init}" is no process of this sandbox`,
      {
        label: didYouMean(box.init, ["reaper", ...box.processes.map(({ name }) => name)]),
        help: "name one of this sandbox's processes, or `reaper`",
      },
    ),
  );
}

function until(box: BoxDraft, found: Found): void {
  const node = get(box.node, "until");
  const name = textOf(node);
  if (node === null || name === null || name === "all" || name === "any") return;
  if (box.processes.some((process) => process.name === name)) return;
  found.push(
    diagnostic(
      "SBX2106",
      node.span,
      `\`until\` names "${name}", which is no process of this sandbox`,
      {
        label: didYouMean(name, ["all", "any", ...box.processes.map((process) => process.name)]),
        help: "write `all`, `any` or the name of a process (of a replica: with its number)",
      },
    ),
  );
}

function hostname(box: BoxDraft, found: Found): void {
  if (isNew(box.node, "uts", true)) return;
  for (const key of ["hostname", "domainname"]) {
    const entry = entryOf(box.node, key);
    if (entry === null) continue;
    found.push(
      diagnostic("SBX2401", entry.value.span, `\`${key}\` needs a new UTS namespace`, {
        help: "remove `uts: inherit`, or the name",
      }),
    );
  }
}

function root(box: BoxDraft, found: Found): void {
  const node = get(box.node, "root");
  if (node === null || textOf(node) === "inherit" || isNew(box.node, "mount", true)) return;
  found.push(
    diagnostic("SBX2402", node.span, "`root` needs a new mount namespace", {
      help: "remove `mount: inherit`, or set `root: inherit`",
    }),
  );
}

function user(box: BoxDraft, found: Found): void {
  const node = get(box.node, "user");
  const map = get(node, "map");
  const hasOwn = isNew(box.node, "user", false);
  if (map !== null && !hasOwn) {
    found.push(
      diagnostic("SBX2403", map.span, "an id map needs a new user namespace", {
        help: "add `namespaces: {user: new}` to this sandbox",
      }),
    );
  }
  if (map?.kind === "list") overlaps(map.items, found);
  if (!hasOwn) return;
  const inside = new Set(
    map?.kind === "list" ? map.items.map((item) => integerOf(get(item, "inside"))) : [0],
  );
  const identities = [node, ...box.processes.map((process) => get(process.node, "user"))];
  for (const identity of identities) {
    for (const key of ["uid", "gid"]) {
      const value = get(identity, key);
      const id = integerOf(value);
      if (value === null || id === null || inside.has(id)) continue;
      found.push(
        diagnostic("SBX2405", value.span, `${key} ${id} is not mapped in this user namespace`, {
          help: `add {inside: ${id}, outside: …} to \`user.map\`, or use ${[...inside].join(", ")}`,
        }),
      );
    }
  }
}

function overlaps(items: readonly Node[], found: Found): void {
  for (const key of ["inside", "outside"]) {
    const seen = new Set<number>();
    for (const item of items) {
      const value = get(item, key);
      const id = integerOf(value);
      if (value === null || id === null) continue;
      if (seen.has(id)) {
        found.push(
          diagnostic("SBX2404", value.span, `${key} id ${id} is mapped twice`, {
            help: "map each id once",
          }),
        );
      }
      seen.add(id);
    }
  }
}

function emptySandbox(box: BoxDraft, found: Found): void {
  const members = ["processes", "sandboxes"].map((key) => get(box.node, key));
  // One that was meant to have some has a finding of its own.
  if (members.some((node) => node !== null && (node.kind !== "map" || node.entries.length > 0))) {
    return;
  }
  found.push(
    diagnostic("SBX2602", box.span, `sandbox "${box.name}" has no processes and no sandboxes`, {
      help: "add `processes`, or remove it",
    }),
  );
}
