/** Images: back to the same plan, and hostile ones refused by both sides. */

import * as fs from "node:fs";
import { Glob } from "bun";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import { planOf } from "../../src/plan/plan-of.ts";
import { decodeImage } from "../../src/wire/decode.ts";
import { encodeImage } from "../../src/wire/encode.ts";
import { IMAGE_STRUCTS, SECTION_STRUCTS, SECTIONS } from "../../src/wire/layout.ts";
import { layoutOf } from "../../src/wire/struct.ts";

const test = suite("decode");

const specs = [...new Glob("sandboxes/*.yaml").scanSync(".")].toSorted();

for (const file of specs) {
  test(`${file}: decoding gives the plan back`, () => {
    const { ir } = checkSpec(
      { file, text: fs.readFileSync(file, "utf8") },
      { load: (path) => fs.readFileSync(path, "utf8") },
    );
    assert.ok(ir);
    const plan = planOf(ir);
    const decoded = decodeImage(encodeImage(plan));
    assert.ok(decoded.ok);
    assert.equal(decoded.plan, plan);
  });
}

const RICH = `sandbox: rich
namespaces: {net: new, time: {monotonic: -90s, boottime: 3h}}
hostname: h
user: {uid: 1, gid: 2, groups: [3]}
until: web
timeout: 9s
stop: {signal: INT, grace: 1s}
processes:
  web:
    run: [a, b]
    pid: 40
    env: {A: b}
    inherit_env: [TERM]
    cwd: /usr
    umask: "077"
    nice: -5
    oom_score_adj: -300
    ignore_signals: [HUP, RTMIN+30]
    parent_death_signal: TERM
    limits: {nofile: {soft: 1, hard: unlimited}}
    user: {uid: 4, gid: 5, groups: [6]}
    stdin: {text: t}
    stdout: {file: /a}
    stderr: {file: /b}
    stop: {signal: HUP, grace: 2s}
    timeout: 3s
    essential: true
    expect: {exit: 3}
`;

function richPlan() {
  const { ir, diagnostics } = checkSpec({ file: "rich.yaml", text: RICH });
  assert.ok(ir, JSON.stringify(diagnostics));
  return planOf(ir);
}

test("a plan with every field comes back", () => {
  const plan = richPlan();
  const decoded = decodeImage(encodeImage(plan));
  assert.ok(decoded.ok);
  assert.equal(decoded.plan, plan);
});

/** Sizes and places that the shim alone looks at. */
const ONLY_SHIMS = ["stdin_size", "owned_first", "owned_count"];

for (const section of ["processes", "sandboxes"] as const) {
  test(`no number of a record of ${section} is written and never read`, () => {
    const plan = richPlan();
    const image = encodeImage(plan);
    const sections = layoutOf(IMAGE_STRUCTS.image_header).fields.find(
      ({ name }) => name === "sections",
    );
    const at = (sections?.offset ?? 0) + 8 * SECTIONS.indexOf(section);
    const start = new DataView(image.buffer).getUint32(at, true);
    const ignored = layoutOf(SECTION_STRUCTS[section]).fields.filter(({ offset, type }) => {
      const changed = image.slice();
      const last = start + offset + (type.endsWith("64") ? 4 : 0);
      changed[last] = (changed[last] ?? 0) ^ 1;
      const decoded = decodeImage(changed);
      return decoded.ok && Bun.deepEquals(decoded.plan, plan);
    });
    const names = ignored.map(({ name }) => name);
    assert.equal(
      names.filter((name) => !ONLY_SHIMS.includes(name)),
      [],
    );
  });
}

test("10,000 images with changed bytes are decoded or refused, and never throw", () => {
  const file = "sandboxes/russian-doll.yaml";
  const { ir } = checkSpec({ file, text: fs.readFileSync(file, "utf8") });
  assert.ok(ir);
  const image = encodeImage(planOf(ir));
  let refused = 0;
  for (let round = 0; round < 10_000; round++) {
    const bytes = image.slice();
    bytes[(round * 7919) % bytes.length] = (round * 31) & 255;
    bytes[(round * 104729) % bytes.length] = 255;
    if (!decodeImage(bytes).ok) refused++;
  }
  assert.ok(refused > 0);
});

test.run();
