/** SBX2501 to SBX2504: expectations of a process, and those that can never hold. Pure. */

import type { Span } from "../base/span.ts";
import { diagnostic } from "../diag/diagnostic.ts";
import type { Expect, Expected, Pin } from "../ir/process.ts";
import { entriesOf, get, integerOf, type Node } from "../spec/node.ts";
import type { Field } from "../spec/schema.ts";
import type { ProcessDraft } from "./draft.ts";
import { ownerOf } from "./resolve.ts";
import { type Found, signalOf } from "./values.ts";

export function expectOf(draft: ProcessDraft, pins: readonly Pin[], found: Found): Expect | null {
  const node = get(draft.node, "expect");
  if (node?.kind !== "map") return null;
  const number = (key: Field): Expected<number> | null => {
    const value = get(node, key);
    const integer = integerOf(value);
    return value === null || integer === null ? null : { value: integer, span: value.span };
  };
  const pid = number("pid");
  const level = number("level");
  const ppid = number("ppid");
  const exit = number("exit");
  const signalNode = get(node, "signal");
  const signal = signalOf(signalNode, found);
  const own = draft.box.init === draft.name ? 1 : pinAt(pins, draft.box.level);

  if (pid !== null && own !== null && pid.value !== own)
    impossible(
      "SBX2501",
      found,
      pid.span,
      `"${draft.baseName}" is PID ${own} by its spec, so it is never ${pid.value}`,
    );
  if (pid !== null && own === null && draft.isShared && draft.copies > 1) {
    const message = `"${draft.baseName}" has ${draft.copies} copies, and only one of them can be PID ${pid.value}`;
    impossible("SBX2501", found, pid.span, message);
  } else if (pid?.value === 1 && own === null && draft.box.ownsPid) {
    impossible(
      "SBX2501",
      found,
      pid.span,
      `PID 1 of this sandbox is its init, not "${draft.baseName}"`,
    );
  }
  if (level !== null && level.value !== draft.box.level) {
    impossible(
      "SBX2502",
      found,
      level.span,
      `"${draft.baseName}" lives at level ${draft.box.level}, never at ${level.value}`,
    );
  }
  const parent = parentPid(draft);
  if (ppid !== null && parent !== null && ppid.value !== parent) {
    const message = `the parent of "${draft.baseName}" is PID ${parent} here, never ${ppid.value}`;
    impossible("SBX2504", found, ppid.span, message);
  }
  if (exit !== null && signal !== null && signalNode !== null) {
    impossible(
      "SBX2503",
      found,
      signalNode.span,
      "a process ends by an exit code or by a signal, never by both",
    );
  }
  return {
    ...(pid && { pid }),
    ...(level && { level }),
    ...(ppid && { ppid }),
    ...(exit && { exit }),
    ...(signal !== null &&
      signalNode !== null && { signal: { value: signal, span: signalNode.span } }),
    ...expectedPids(draft, get(node, "pids"), pins, found),
  };
}

function expectedPids(
  draft: ProcessDraft,
  node: Node | null,
  pins: readonly Pin[],
  found: Found,
): Pick<Expect, "pids"> {
  if (node === null) return {};
  const pids = entriesOf(node).flatMap(({ key, keySpan, value }) => {
    const owner = ownerOf(draft, key, keySpan, found);
    const pid = integerOf(value);
    if (owner === null || pid === null) return [];
    const level = owner === "host" ? 0 : owner.level;
    const pinned = pinAt(pins, level);
    if (pinned !== null && pinned !== pid)
      impossible(
        "SBX2501",
        found,
        value.span,
        `"${draft.baseName}" is pinned to ${pinned} there, so it is never ${pid}`,
      );
    return [{ level, pid, span: value.span }];
  });
  return { pids };
}

/** As the process sees it; 0 where the parent is outside of its PID namespace. */
function parentPid({ box }: ProcessDraft): number | null {
  if (!box.ownsPid) return null;
  return box.init === null ? 1 : 0;
}

function pinAt(pins: readonly Pin[], level: number): number | null {
  return pins.find((pin) => pin.level === level)?.pid ?? null;
}

function impossible(
  code: "SBX2501" | "SBX2502" | "SBX2503" | "SBX2504",
  found: Found,
  span: Span,
  message: string,
): void {
  found.push(
    diagnostic(code, span, message, { help: "correct the expectation, or what it is about" }),
  );
}
