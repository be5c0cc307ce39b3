/** Each field's record against all that follows from it: schema, reading, image, text, and back. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fieldValues } from "../../src/check/field-values.ts";
import type { Diagnostic } from "../../src/diag/diagnostic.ts";
import type { FieldKind } from "../../src/fields/kinds.ts";
import {
  isFallback,
  PROCESS_FIELD_ENTRIES,
  type ProcessFieldValues,
  processFieldValues,
} from "../../src/fields/process-fields.ts";
import { fieldOfProc, fieldSpec } from "../../src/interop/field-spec.ts";
import { specMap, specText } from "../../src/interop/spec-tree.ts";
import { valueText } from "../../src/plan/process-text.ts";
import { definitions } from "../../src/spec/definitions.ts";
import { processFieldSchemas } from "../../src/spec/field-schema.ts";
import { entryOf, get } from "../../src/spec/node.ts";
import { readSpec } from "../../src/spec/read.ts";
import { duration } from "../../src/spec/schema-parts.ts";
import { processValuesOfWire, processWireValues } from "../../src/wire/field-codec.ts";

const test = suite("process-fields");

/** Values of each kind, as specs write them and as IR has them; the ends of ranges too. */
const SAMPLES: Readonly<Record<FieldKind, readonly (readonly [text: string, value: unknown])[]>> = {
  integer: [
    ["-5", -5],
    ["0", 0],
    ["19", 19],
  ],
  octal: [
    ['"077"', 0o077],
    ["0", 0],
    ["777", 0o777],
  ],
  flag: [["true", true]],
  duration: [
    ["1500ms", 1_500],
    ["1193h", 1193 * 3_600_000],
  ],
  signal: [
    ["TERM", 15],
    ["RTMIN+30", 64],
  ],
  signals: [
    ["[HUP, INT]", [1, 2]],
    ["[64, SIGHUP, 1]", [1, 64]],
  ],
};

/** What is read of a process with one field. */
function read(name: string, text: string): { values: ProcessFieldValues; codes: string[] } {
  const { root } = readSpec("a.yaml", `processes: {a: {${name}: ${text}}}\n`);
  const diagnostics: Diagnostic[] = [];
  assert.ok(root);
  const node = entryOf(get(root, "processes"), "a")?.value ?? null;
  const values = fieldValues(node, root, diagnostics);
  return { values, codes: diagnostics.map(({ code }) => code) };
}

for (const [key, entry] of PROCESS_FIELD_ENTRIES) {
  for (const [text, value] of SAMPLES[entry.kind]) {
    test(`${entry.name}: ${text} is read, kept by an image, and written again`, () => {
      const { values, codes } = read(entry.name, text);
      assert.equal(codes, []);
      assert.equal(values[key], value);
      const again = processValuesOfWire(processWireValues(values));
      assert.equal(again, values);
      const spec = fieldSpec(entry, value);
      if (isFallback(entry, value)) return void assert.is(spec, undefined);
      assert.ok(spec !== undefined);
      const written = specText(specMap({ [entry.name]: spec }), []).trim();
      const text2 = written.slice(written.indexOf(":") + 1).trim();
      assert.equal(read(entry.name, text2).values[key], value, written);
      assert.ok((valueText(entry, value) ?? "").length > 0);
    });
  }

  test(`${entry.name}: its default says nothing, and survives an image`, () => {
    const values = processFieldValues((each) => each.fallback);
    assert.ok(isFallback(entry, values[key]));
    assert.is(fieldSpec(entry, values[key]), undefined);
    assert.equal(processValuesOfWire(processWireValues(values))[key], values[key]);
  });

  test(`${entry.name}: the schema has it for processes and templates, with what it is`, () => {
    for (const part of ["ProcessMap", "Template"]) {
      const schema = definitions[part]?.properties?.[entry.name];
      assert.match(schema?.description ?? "", entry.description.slice(0, 20), part);
    }
    assert.ok(entry.name in processFieldSchemas);
    const isOfSandboxes = entry.name in (definitions["Sandbox"]?.properties ?? {});
    assert.is(isOfSandboxes, entry.isInherited === true || entry.name === "timeout");
  });

  test(`${entry.name}: what procfs cannot have shown is no value`, () => {
    if (entry.proc === null) return;
    for (const text of ["", "x", "--1"]) assert.is(fieldOfProc(entry, text), undefined, text);
  });
}

test("what procfs shows is read as the kernel writes it", () => {
  const of = (name: string, text: string) => {
    const diagnostics = PROCESS_FIELD_ENTRIES.find(([, entry]) => entry.name === name);
    assert.ok(diagnostics);
    return fieldOfProc(diagnostics[1], text);
  };
  assert.is(of("nice", "-5"), -5);
  assert.is(of("umask", "0077"), 0o077);
  assert.equal(of("ignore_signals", "8000000000000005"), [1, 3, 64]);
});

test("a wrong value is found, and the default stands for it", () => {
  assert.equal(read("ignore_signals", "[HUP, STOP]").codes, ["SBX2319"]);
  assert.equal(read("parent_death_signal", "65").codes, ["SBX2302"]);
  assert.is(read("parent_death_signal", "65").values.parentDeathSignal, null);
  assert.equal(read("umask", "9").codes, ["SBX2304"]);
  assert.match(JSON.stringify(duration("So long.")), "A duration");
});

test.run();
