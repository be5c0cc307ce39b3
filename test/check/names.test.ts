/** The parts that a process's IR is put together from: names, owners of PIDs, pins, the tree. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dependenciesOf } from "../../src/check/dependencies.ts";
import { draftOf, everySandbox, type ProcessDraft } from "../../src/check/draft.ts";
import { hasNoCopy, lookUp, type Names } from "../../src/check/name-scope.ts";
import { ownerOf } from "../../src/check/pid-owner.ts";
import { pinsOf } from "../../src/check/pin-values.ts";
import { processOf } from "../../src/check/process-ir.ts";
import { parentDeathSignal } from "../../src/check/rules/parent-death-signal.ts";
import { clocksOf, namedBy, sandboxOf } from "../../src/check/sandbox-ir.ts";
import { hasUnresolved, unresolvedSpans } from "../../src/check/unresolved.ts";
import { type Diagnostic, diagnostic } from "../../src/diag/diagnostic.ts";
import { Budget } from "../../src/spec/budget.ts";
import { readSpec } from "../../src/spec/read.ts";

const test = suite("names");

function draft(text: string) {
  const diagnostics: Diagnostic[] = [];
  const { root } = readSpec("a.yaml", `sandbox: top\n${text}\n`);
  assert.ok(root?.kind === "map");
  const budget = new Budget(diagnostics);
  const sandbox = draftOf(root, new Map(), true, budget, diagnostics);
  const processes = [...everySandbox(sandbox)].flatMap((each) => each.processes);
  const process = (path: string): ProcessDraft => {
    const one = processes.find((each) => each.path === path);
    assert.ok(one, path);
    return one;
  };
  const names: Names = { scopes: new Map(), sandboxes: new Map(), budget };
  return { sandbox, process, names, diagnostics, codes: () => diagnostics.map(({ code }) => code) };
}

const NESTED = `processes: {db: pwd, w: {run: pwd, replicas: 2}, none: {run: pwd, replicas: 0}}
sandboxes: {in: {processes: {web: {run: pwd, depends_on: {db: exited, w: started, in/init: succeeded}}, db: pwd}}}`;

test("a name is looked up from the sandbox outwards; a replicated one is all its copies", () => {
  const { process, names } = draft(NESTED);
  const from = process("in/web").sandbox;
  assert.equal(lookUp(from, "db", names), ["in/db"]);
  assert.equal(lookUp(from, "w", names), ["w.1", "w.2"]);
  assert.equal(lookUp(from, "in", names), ["in/init"]);
  assert.equal(lookUp(from, "in/db", names), ["in/db"]);
  assert.is(lookUp(from, "nothing", names), null);
  assert.ok(hasNoCopy(from, "none"));
  assert.not.ok(hasNoCopy(from, "nothing"));
});

test("dependencies have the paths of slots and what is waited for", () => {
  const { process, names, diagnostics } = draft(NESTED);
  const made = dependenciesOf(process("in/web"), names, diagnostics);
  assert.equal(
    made.map(({ path, condition }) => `${path} ${condition}`),
    ["in/db exited", "w.1 started", "w.2 started", "in/init succeeded"],
  );
});

const PINS = `processes: {a: {run: pwd, pid: 7, pids: {host: 900}}}
sandboxes: {flat: {namespaces: {pid: inherit}, processes: {b: {run: pwd, pids: {flat: 3, top: 8, nobody: 1}}}}}`;

test("pins are by level; what owns no PID namespace, or is not around, cannot be pinned in", () => {
  const { process, diagnostics, codes } = draft(PINS);
  const levels = (path: string) =>
    pinsOf(process(path), diagnostics).map(({ level, pid }) => [level, pid]);
  assert.equal(levels("a"), [
    [1, 7],
    [0, 900],
  ]);
  assert.equal(codes(), []);
  assert.equal(levels("flat/b"), [[1, 8]]);
  assert.equal(codes(), ["SBX2206", "SBX2205"]);
  const own = process("a");
  assert.is(ownerOf(own, "host", own.span, diagnostics), "host");
});

test("a process has its sandbox's values where it says none", () => {
  const { process, diagnostics } = draft(
    "umask: 077\nenv: {A: a}\nstop: {signal: INT}\nprocesses: {a: {run: x y, env: {B: b}}, e: {}}",
  );
  const made = processOf(process("a"), new Set(), diagnostics);
  assert.equal(made.argv, ["x", "y"]);
  assert.is(made.umask, 0o077);
  assert.is(made.stop.signal, 2);
  assert.equal(
    made.env.filter(([name]) => name.length === 1),
    [
      ["A", "a"],
      ["B", "b"],
    ],
  );
  assert.equal(processOf(process("e"), new Set(), diagnostics).argv, []);
  assert.equal(
    diagnostics.map(({ code }) => code),
    ["SBX2005"],
  );
});

test("an unknown field may have been the command that is missing", () => {
  const { root, diagnostics: syntax } = readSpec("a.yaml", "a: {rum: pwd}\nb: {umask: 077}\n");
  assert.equal(syntax, []);
  assert.ok(root?.kind === "map");
  const [first, second] = root.entries;
  assert.ok(first?.value.kind === "map" && second);
  const span = first.value.entries[0]?.keySpan;
  assert.ok(span);
  const unresolved = unresolvedSpans([diagnostic("SBX2001", span, "unknown field", {})]);
  assert.ok(hasUnresolved(first.value, unresolved));
  assert.not.ok(hasUnresolved(second.value, unresolved));
});

test("the tree has every default; a map of clocks makes the time namespace new", () => {
  const { sandbox, diagnostics } = draft(
    "namespaces: {time: {monotonic: -5m}}\nprocesses: {w: {run: pwd, replicas: 2}}\nuntil: w\nsandboxes: {in: {}}",
  );
  assert.equal(clocksOf(sandbox, diagnostics), { monotonicMs: -300_000, boottimeMs: 0 });
  assert.equal(namedBy(sandbox, "w"), ["w.1", "w.2"]);
  const made = sandboxOf(sandbox);
  const [inner] = made.sandboxes;
  assert.is(made.namespaces.time, "new");
  assert.is(made.namespaces.user, "auto");
  assert.is(made.root, "host");
  assert.equal(made.until, { processes: ["w.1", "w.2"] });
  assert.is(inner?.namespaces.time, "inherit");
  assert.is(inner?.namespaces.user, "inherit");
  assert.is(inner?.root, "inherit");
  assert.is(inner?.clocks, null);
});

test("a parent-death signal other than KILL needs a PID namespace", () => {
  const diagnostics: Diagnostic[] = [];
  const { process } = draft(
    "processes: {a: {run: pwd, parent_death_signal: TERM}}\nsandboxes: {flat: {namespaces: {pid: inherit}, processes: {k: {run: pwd, parent_death_signal: KILL}, t: {run: pwd, parent_death_signal: TERM}}}}",
  );
  for (const path of ["a", "flat/k"]) parentDeathSignal(process(path), diagnostics);
  assert.equal(diagnostics, []);
  parentDeathSignal(process("flat/t"), diagnostics);
  assert.is(diagnostics[0]?.code, "SBX2320");
});

test.run();
