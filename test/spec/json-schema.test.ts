/** `schema.json`, by a validator that is not ours, says what the checker says. */

import * as fs from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as YAML from "yaml";
import type { CodePage } from "../../src/diag/code-page.ts";
import { codes } from "../../src/diag/codes.ts";
import { Budget } from "../../src/spec/budget.ts";
import { expand } from "../../src/spec/expand.ts";
import { readSpec } from "../../src/spec/read.ts";
import { checkShape } from "../../src/spec/shape.ts";
import { generator } from "../random.ts";

const test = suite("schema.json");
const root = join(import.meta.dir, "../..");
const schema = JSON.parse(fs.readFileSync(join(root, "schema.json"), "utf8"));
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

const parse = (text: string): unknown => YAML.parse(text, { merge: true });
const specs = [...new Bun.Glob("sandboxes/*.yaml").scanSync(root)].map((file) => ({
  file,
  text: fs.readFileSync(join(root, file), "utf8"),
}));

for (const { file, text } of specs) {
  test(`${file} is valid`, () => {
    assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
  });
}

test("the right example of every page is valid", () => {
  for (const [code, { right }] of Object.entries<CodePage>(codes)) {
    if (right !== "")
      assert.ok(validate(parse(right)), `${code}: ${JSON.stringify(validate.errors)}`);
  }
});

/** The structural half of the checker alone. */
function shapeErrors(text: string): string[] {
  const { root: node, diagnostics } = readSpec("spec.yaml", text);
  if (node === null || diagnostics.length > 0) return diagnostics.map(({ message }) => message);
  if (node.kind !== "map") return checkShape(node).map(({ message }) => message);
  const around = { given: {}, environment: {}, load: () => null };
  const { cases } = expand({ file: "spec.yaml", text }, node, around, new Budget([]), []);
  return checkShape(cases[0]?.root ?? node).map(({ message }) => message);
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const REPLACEMENTS: readonly Json[] = [
  0,
  1,
  7,
  -3,
  2.5,
  5_000_000,
  1e300,
  true,
  false,
  "text",
  "",
  "5s",
  "all",
  "host",
  "null",
  "022",
  "999",
  [],
  [1],
  ["a"],
  [["a"]],
  {},
  { a: 1 },
  { file: "/x" },
  { soft: 1, hard: "2K" },
  "new",
  { inside: 0, outside: 0 },
  "${",
  "a".repeat(70),
];
const KEYS = ["run", "shell", "pid", "umsk", "x-note", "processes", "file", "text", "nest", "map"];

/** Changes one place of a spec, anywhere in it. */
function mutate(value: Json, next: () => number): Json {
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(next() * items.length)] as Item;
  if (value === null || typeof value !== "object" || next() < 0.15) return pick(REPLACEMENTS);
  if (Array.isArray(value)) {
    if (value.length === 0 || next() < 0.2) return [...value, pick(REPLACEMENTS)];
    const at = Math.floor(next() * value.length);
    return value.map((item, index) => (index === at ? mutate(item, next) : item));
  }
  const keys = Object.keys(value);
  const key = keys.length === 0 ? "run" : pick(keys);
  const { [key]: old, ...rest } = value;
  if (next() < 0.12) return rest;
  if (next() < 0.15) return { ...value, [pick(KEYS)]: pick(REPLACEMENTS) };
  return { ...value, [key]: mutate(old ?? null, next) };
}

const everything = `sandbox: all
description: every field
params: {n: {type: integer, default: 2}}
matrix: {n: [1, 2]}
namespaces: {pid: new, user: new, net: inherit}
hostname: h
user: {uid: 0, gid: 0, groups: [1], map: [{inside: 0, outside: 0, count: 1}]}
root: host
env: {A: b, N: 1, B: true}
inherit_env: [TERM]
cwd: /
umask: "022"
limits: {nofile: 64, nproc: {soft: 1, hard: unlimited}}
until: all
timeout: 5s
stop: {signal: TERM, grace: 1s}
processes:
  a: sleep 1
  b: [sleep, "1"]
  c:
    run: sleep 1
    replicas: 2
    depends_on: {a: started}
    stdin: {text: hi}
    stdout: {file: /dev/null}
    stderr: stdout
    essential: true
    pids: {host: 5}
    expect: {pid: 3, pids: {all: 3}, ppid: 1, level: 1, exit: 0}
sandboxes:
  inner: {nest: 2, replicas: 2, init: reaper, processes: {d: {shell: "true; true", pid: 4}}}
`;

test("3,000 changed specs: the validator and the checker agree", () => {
  const next = generator(20261124);
  let wrong = 0;
  for (let round = 0; round < 3_000; round++) {
    let value = parse(
      next() < 0.5 ? everything : (specs[Math.floor(next() * specs.length)]?.text ?? ""),
    ) as Json;
    for (let times = 1 + Math.floor(next() * 3); times > 0; times--) value = mutate(value, next);
    const text = JSON.stringify(value);
    // Where an expression is wrong, the checker says that instead of what the value would be.
    if (text.includes("${")) continue;
    const errors = shapeErrors(text);
    const isValid = validate(value);
    if (!isValid) wrong++;
    assert.is(
      errors.length === 0,
      isValid,
      `${text}\n${errors.join("\n")}\n${JSON.stringify(validate.errors)}`,
    );
  }
  assert.ok(wrong > 1_000, `only ${wrong} of them were wrong`);
});

test.run();
