/** SBX23xx: the values that a sandbox gives to all of its processes; theirs are read with them. Pure. */

import { get } from "../../spec/node.ts";
import type { BoxDraft } from "../draft.ts";
import { checkEnv } from "../environment.ts";
import { clocksOf } from "../resolve.ts";
import { durationOf, type Found, limitsOf, stopOf, umaskOf } from "../values.ts";

export function ownValues(box: BoxDraft, found: Found): void {
  checkEnv(box.node, found);
  durationOf(get(box.node, "timeout"), found);
  stopOf(get(box.node, "stop"), { signal: 15, graceMs: 0 }, found);
  limitsOf(get(box.node, "limits"), found);
  umaskOf(get(box.node, "umask"), found);
  clocksOf(box, found);
}
