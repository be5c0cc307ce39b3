/** A spec whose parts are shared, by anchors or templates, means what it means written out. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as YAML from "yaml";
import { checkSpec } from "../../src/check/check.ts";
import { canonicalPlan } from "../../src/plan/canonical.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { generator } from "../random.ts";

const test = suite("sharing");

type Fields = Readonly<Record<string, unknown>>;

/** Parts that are the same objects wherever they are used; each is taken or left. */
const COMMON: Readonly<Record<string, readonly unknown[]>> = {
  env: [{ A: "1" }, { A: "2", B: "b" }],
  inherit_env: [["TERM"]],
  limits: [{ nofile: 50 }, { core: 0, nofile: { soft: 20, hard: 30 } }],
  user: [{ uid: 0 }, { gid: 4, groups: [5] }],
  stop: [{ signal: "INT" }, { grace: "1s" }],
  cwd: ["/usr", "/tmp"],
  umask: ["077"],
  timeout: ["9s", "90s"],
};

const PROCESSES: readonly Fields[] = [
  { run: ["sleep", "1"] },
  { shell: "echo $A", env: { A: "own" } },
  { run: "sleep 2", replicas: 2, timeout: "5s" },
  { shell: "echo ${replica}; true", replicas: 3, user: { uid: 3 }, limits: { core: 9 } },
];

const MEMBERS: readonly Fields[] = [
  { p: PROCESSES[0], q: PROCESSES[1] },
  { p: PROCESSES[2], q: PROCESSES[3], r: PROCESSES[0] },
  { only: PROCESSES[3] },
];

/** Two levels of sandboxes; `members` says how one has its processes. */
function specOf(random: () => number, members: (index: number) => Fields): Fields {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const sandboxOf = (depth: number): Fields => {
    const own = Object.entries(COMMON).flatMap(([key, values]) =>
      random() < 0.3 ? [[key, pick(values)]] : [],
    );
    const names = depth === 0 ? [] : ["a", "b", "c"].filter(() => random() < 0.7);
    const processes = members(Math.floor(random() * MEMBERS.length));
    const sandboxes = Object.fromEntries(names.map((name) => [name, sandboxOf(depth - 1)]));
    return { ...Object.fromEntries(own), ...processes, sandboxes };
  };
  return { sandbox: "shared", ...sandboxOf(2) };
}

/** The plan, without places, and the codes of what is found. */
function meaningOf(text: string): { plan: string | null; codes: string[] } {
  const { ir, diagnostics } = checkSpec({ file: "shared.yaml", text });
  const codes = [...new Set(diagnostics.map(({ code }) => code))].toSorted();
  return { plan: ir === null ? null : canonicalPlan(planOf(ir)), codes };
}

test("anchors and templates change nothing of what a spec means", () => {
  let planned = 0;
  let aliases = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const written = specOf(generator(seed), (index) => ({ processes: MEMBERS[index] }));
    const expected = meaningOf(JSON.stringify(written));
    const anchored = YAML.stringify(written);
    aliases += anchored.match(/\*a\d/g)?.length ?? 0;
    assert.equal(meaningOf(anchored), expected, `seed ${seed}:\n${anchored}`);
    const used = specOf(generator(seed), (index) => ({ use: `t${index}` }));
    const templates = MEMBERS.map((processes, index) => [`t${index}`, { processes }]);
    const templated = JSON.stringify({ ...used, templates: Object.fromEntries(templates) });
    const actual = meaningOf(templated);
    const codes = actual.codes.filter((code) => code !== "SBX2603"); // one that is not used
    assert.equal({ ...actual, codes }, expected, `seed ${seed}:\n${templated}`);
    planned += expected.plan === null ? 0 : 1;
  }
  assert.ok(planned > 40 && aliases > 500, `${planned} of 60 have a plan, ${aliases} aliases`);
});

test.run();
