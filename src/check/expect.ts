/** SBX2501 to SBX2504: expectations of a process, and those that can never hold. Pure. */

import type { Span } from "../base/span.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import type { Expect, Expected, Pin } from "../ir/process.ts";
import { entriesOf, get, integerOf, type Node } from "../spec/node.ts";
import type { Field } from "../spec/schema.ts";
import type { ProcessDraft } from "./draft.ts";
import { ownerOf } from "./pid-owner.ts";
import { signalOf } from "./values.ts";

export function expectOf(
  draft: ProcessDraft,
  pins: readonly Pin[],
  diagnostics: Diagnostic[],
): Expect | null {
  const node = get(draft.node, "expect");
  if (node?.kind !== "map") return null;
  const pid = numberAt(node, "pid");
  const level = numberAt(node, "level");
  const ppid = numberAt(node, "ppid");
  const exit = numberAt(node, "exit");
  const signal = signalAt(node, diagnostics);
  if (pid !== null) checkPid(draft, pid, pinAt(pins, draft.sandbox.level), diagnostics);
  if (level !== null) checkLevel(draft, level, diagnostics);
  if (ppid !== null) checkParent(draft, ppid, diagnostics);
  if (exit !== null && signal !== null) {
    const message = "a process ends by an exit code or by a signal, never by both";
    impossible("SBX2503", diagnostics, signal.span, message);
  }
  return {
    ...(pid && { pid }),
    ...(level && { level }),
    ...(ppid && { ppid }),
    ...(exit && { exit }),
    ...(signal && { signal }),
    ...expectedPids(draft, get(node, "pids"), pins, diagnostics),
  };
}

function numberAt(node: Node, key: Field): Expected<number> | null {
  const value = get(node, key);
  const integer = integerOf(value);
  return value === null || integer === null ? null : { value: integer, span: value.span };
}

function signalAt(node: Node, diagnostics: Diagnostic[]): Expected<number> | null {
  const value = get(node, "signal");
  const signal = signalOf(value, diagnostics);
  return value === null || signal === null ? null : { value: signal, span: value.span };
}

function checkPid(
  draft: ProcessDraft,
  { value, span }: Expected<number>,
  pinned: number | null,
  diagnostics: Diagnostic[],
): void {
  const { sandbox, name, baseName, copies } = draft;
  const own = sandbox.init === name ? 1 : pinned;
  if (own !== null) {
    const message = `"${baseName}" is PID ${own} by its spec, so it is never ${value}`;
    if (value !== own) impossible("SBX2501", diagnostics, span, message);
  } else if (draft.isShared && copies > 1) {
    const message = `"${baseName}" has ${copies} copies, and only one of them can be PID ${value}`;
    impossible("SBX2501", diagnostics, span, message);
  } else if (value === 1 && sandbox.ownsPid) {
    const message = `PID 1 of this sandbox is its init, not "${baseName}"`;
    impossible("SBX2501", diagnostics, span, message);
  }
}

function checkLevel(
  { sandbox, baseName }: ProcessDraft,
  level: Expected<number>,
  diagnostics: Diagnostic[],
): void {
  if (level.value === sandbox.level) return;
  const message = `"${baseName}" lives at level ${sandbox.level}, never at ${level.value}`;
  impossible("SBX2502", diagnostics, level.span, message);
}

function checkParent(draft: ProcessDraft, ppid: Expected<number>, diagnostics: Diagnostic[]): void {
  const parent = parentPid(draft);
  if (parent === null || ppid.value === parent) return;
  const message = `the parent of "${draft.baseName}" is PID ${parent} here, never ${ppid.value}`;
  impossible("SBX2504", diagnostics, ppid.span, message);
}

function expectedPids(
  draft: ProcessDraft,
  node: Node | null,
  pins: readonly Pin[],
  diagnostics: Diagnostic[],
): Pick<Expect, "pids"> {
  if (node === null) return {};
  const pids = entriesOf(node).flatMap(({ key, keySpan, value }) => {
    const owner = ownerOf(draft, key, keySpan, diagnostics);
    const pid = integerOf(value);
    if (owner === null || pid === null) return [];
    const level = owner === "host" ? 0 : owner.level;
    const pinned = pinAt(pins, level);
    if (pinned !== null && pinned !== pid)
      impossible(
        "SBX2501",
        diagnostics,
        value.span,
        `"${draft.baseName}" is pinned to ${pinned} there, so it is never ${pid}`,
      );
    return [{ level, pid, span: value.span }];
  });
  return { pids };
}

/** As the process sees it; 0 where the parent is outside of its PID namespace. */
function parentPid({ sandbox }: ProcessDraft): number | null {
  if (!sandbox.ownsPid) return null;
  return sandbox.init === null ? 1 : 0;
}

function pinAt(pins: readonly Pin[], level: number): number | null {
  return pins.find((pin) => pin.level === level)?.pid ?? null;
}

function impossible(
  code: "SBX2501" | "SBX2502" | "SBX2503" | "SBX2504",
  diagnostics: Diagnostic[],
  span: Span,
  message: string,
): void {
  diagnostics.push(
    diagnostic(code, span, message, { help: "correct the expectation, or what it is about" }),
  );
}
