/** Ids that an ordinary user cannot have in the user namespaces of a plan. Pure. */

import type { Span } from "../base/span.ts";
import type { Identity } from "../ir/process.ts";
import type { IdMap } from "../ir/sandbox.ts";
import type { Plan, PlanSandbox } from "../plan/plan.ts";
import type { PlanObstacle } from "./plan-obstacle.ts";

interface Ids {
  readonly uid: readonly IdMap[];
  readonly gid: readonly IdMap[];
}

/** Without a map, id 0 alone. */
const SUPERUSER: readonly IdMap[] = [{ inside: 0, outside: 0, count: 1 }];

/** `caller` are the effective ids of who runs it, in a root sandbox with a new user namespace. */
export function idObstacles(plan: Plan, caller: { uid: number; gid: number }): PlanObstacle[] {
  const sandboxes = idsOf(plan);
  const own = { uid: ownId(caller.uid), gid: ownId(caller.gid) };
  return [
    ...plan.sandboxes.flatMap((sandbox, index) => {
      const { parent, user, span, path } = sandbox;
      const above = parent === null ? own : sandboxes[parent];
      const name = `sandbox "${path || plan.sandbox}"`;
      return [
        ...(isNew(sandbox) ? unmappable(sandbox, above ?? own, name) : []),
        ...unavailable(user, sandboxes[index] ?? own, name, span),
      ];
    }),
    ...plan.slots.flatMap(({ process, sandbox, path, span }) =>
      unavailable(process?.user ?? null, sandboxes[sandbox] ?? own, `process "${path}"`, span),
    ),
  ];
}

const isNew = ({ parent, namespaces }: PlanSandbox) => parent === null || namespaces.user === "new";

const ownId = (id: number): readonly IdMap[] => [{ inside: id, outside: id, count: 1 }];

/** By sandbox: the ids in its user namespace. A sandbox stands behind the one around it. */
function idsOf({ sandboxes }: Plan): Ids[] {
  const idsBySandbox: Ids[] = [];
  for (const sandbox of sandboxes) {
    const { parent, uidMap, gidMap } = sandbox;
    const above = parent === null ? undefined : idsBySandbox[parent];
    const own = {
      uid: uidMap.length > 0 ? uidMap : SUPERUSER,
      gid: gidMap.length > 0 ? gidMap : SUPERUSER,
    };
    idsBySandbox.push(isNew(sandbox) || above === undefined ? own : above);
  }
  return idsBySandbox;
}

function has(ids: readonly IdMap[], id: number, count = 1): boolean {
  return ids.some((each) => each.inside <= id && id + count <= each.inside + each.count);
}

function unmappable(
  { uidMap, gidMap, span }: PlanSandbox,
  above: Ids,
  name: string,
): PlanObstacle[] {
  const wrong = [
    ...rangesNotIn(above.uid, "uid", uidMap),
    ...rangesNotIn(above.gid, "gid", gidMap),
  ];
  const [first, ...others] = wrong;
  if (first === undefined) return [];
  const more =
    others.length === 0
      ? ""
      : others.length === 1
        ? ` and ${others[0]}`
        : ` and ${others.length} more`;
  return [refused(`${name} maps ${first}${more}`, span)];
}

/** One finding has them all: a map can have 340 lines. */
function rangesNotIn(ids: readonly IdMap[], kind: string, map: readonly IdMap[]): string[] {
  const missing = map.filter(({ outside, count }) => !has(ids, outside, count));
  return missing.map(({ outside }) => `${kind} ${outside}`);
}

function unavailable(
  identity: Identity | null,
  ids: Ids,
  name: string,
  span: Span,
): PlanObstacle[] {
  if (identity === null) return [];
  const missing = (["uid", "gid"] as const).filter((kind) => !has(ids[kind], identity[kind]));
  return [
    ...missing.map((kind) => refused(`${name} wants ${kind} ${identity[kind]}`, span)),
    ...(identity.groups.length > 0 ? [refused(`${name} wants supplementary groups`, span)] : []),
  ];
}

function refused(request: string, span: Span): PlanObstacle {
  return {
    code: "SBX3008",
    span,
    message: `${request}, which an ordinary user cannot have`,
    help: "run as root, or use id 0 inside, which is the caller outside, and no groups",
  };
}
