/** All rules about an expanded spec, by what they check. */

import type { Diagnostic } from "../diag/diagnostic.ts";
import type { ProcessDraft, SandboxDraft } from "./draft.ts";
import { dependencyCycle } from "./rules/dependency-cycle.ts";
import { dependencyTwice } from "./rules/dependency-twice.ts";
import { emptySandbox } from "./rules/empty-sandbox.ts";
import { essentialToFail } from "./rules/essential-to-fail.ts";
import { hostName } from "./rules/host-name.ts";
import { hostPin } from "./rules/host-pin.ts";
import { idMap } from "./rules/id-map.ts";
import { initName } from "./rules/init-name.ts";
import { initWaits } from "./rules/init-waits.ts";
import { limitWithoutEffect } from "./rules/limit-without-effect.ts";
import { longTexts } from "./rules/long-texts.ts";
import { noCopies } from "./rules/no-copies.ts";
import { oneStdin } from "./rules/one-stdin.ts";
import { ownEnd } from "./rules/own-end.ts";
import { ownValues } from "./rules/own-values.ts";
import { parentDeathSignal } from "./rules/parent-death-signal.ts";
import { pidLevel } from "./rules/pid-level.ts";
import { pins } from "./rules/pins.ts";
import { rootTree } from "./rules/root-tree.ts";
import { rootWritable } from "./rules/root-writable.ts";
import { runIsNoShell } from "./rules/run-is-no-shell.ts";
import { shellNotNeeded } from "./rules/shell-not-needed.ts";
import { stopSignal } from "./rules/stop-signal.ts";
import { processTimeoutUnreached, sandboxTimeoutUnreached } from "./rules/timeout-unreached.ts";
import { unreachable } from "./rules/unreachable.ts";
import { untilName } from "./rules/until-name.ts";
import { userLevel } from "./rules/user-level.ts";
import { wordAsName } from "./rules/word-as-name.ts";
import { zeroProcessTimeout, zeroSandboxTimeout } from "./rules/zero-timeout.ts";
import type { Tree } from "./tree.ts";

const SANDBOX_RULES: readonly ((sandbox: SandboxDraft, diagnostics: Diagnostic[]) => void)[] = [
  ownValues,
  pidLevel,
  userLevel,
  initName,
  untilName,
  hostName,
  rootTree,
  rootWritable,
  idMap,
  emptySandbox,
  noCopies,
  zeroSandboxTimeout,
  sandboxTimeoutUnreached,
  wordAsName,
  limitWithoutEffect,
];

/** These take one process; replicas that share a node are checked once a sandbox. */
const PROCESS_RULES: readonly ((process: ProcessDraft, diagnostics: Diagnostic[]) => void)[] = [
  oneStdin,
  longTexts,
  dependencyTwice,
  ownEnd,
  processTimeoutUnreached,
  zeroProcessTimeout,
  stopSignal,
  shellNotNeeded,
  runIsNoShell,
  hostPin,
  essentialToFail,
  parentDeathSignal,
  limitWithoutEffect,
];

const TREE_RULES: readonly ((tree: Tree, diagnostics: Diagnostic[]) => void)[] = [
  pins,
  initWaits,
  dependencyCycle,
  unreachable,
];

export function checkRules(tree: Tree, diagnostics: Diagnostic[]): void {
  for (const sandbox of tree.sandboxes)
    for (const rule of SANDBOX_RULES) rule(sandbox, diagnostics);
  for (const { processes } of tree.sandboxes) {
    const checked = new Set<unknown>();
    for (const process of processes) {
      if (process.isShared && checked.has(process.node)) continue;
      if (process.isShared) checked.add(process.node);
      for (const rule of PROCESS_RULES) rule(process, diagnostics);
    }
  }
  for (const rule of TREE_RULES) rule(tree, diagnostics);
}
