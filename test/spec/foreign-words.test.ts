/** The table of other tools' words: each leads to a field that there is, or says why there is none. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { comingFromText } from "../../src/spec/coming-from.ts";
import { definitions } from "../../src/spec/definitions.ts";
import {
  FOREIGN_WORDS,
  foreignWord,
  nearForeignWord,
  TOOLS,
} from "../../src/spec/foreign-words.ts";
import { isPlannedField } from "../../src/spec/planned.ts";

const test = suite("foreign words");

const PARTS: Readonly<Record<string, string>> = {
  spec: "Spec",
  sandbox: "Sandbox",
  process: "ProcessMap",
};

const isField = (field: string, part: string) =>
  Object.hasOwn(definitions[part]?.properties ?? {}, field) ||
  isPlannedField(field, definitions[part] ?? {}, "");

test("each word has a field of the language, or says what to do without one", () => {
  const idle = FOREIGN_WORDS.filter(({ field, help, within }) => {
    if (field === null) return help === "";
    return (
      PARTS[within] !== undefined && !Object.values(PARTS).some((part) => isField(field, part))
    );
  });
  assert.equal(idle, []);
});

test("no word is one that the language has in the same map", () => {
  const own = FOREIGN_WORDS.filter(({ word, within }) => isField(word, PARTS[within] ?? ""));
  assert.equal(own, []);
});

test("a word is known however it is written, and with a slip of the pen", () => {
  for (const word of ["working_dir", "workingDir", "WorkingDir", "--working-dir"])
    assert.is(foreignWord(word, ["process"])?.field, "cwd", word);
  assert.is(nearForeignWord("enviroment", ["process"])?.field, "env");
  assert.is(nearForeignWord("dnss", ["process"]), null);
  assert.is(foreignWord("toString", ["process"]), null);
});

test("the nearest map decides what a word means", () => {
  assert.is(foreignWord("name", ["spec", "sandbox", "process"])?.field, "sandbox");
  assert.is(foreignWord("name", ["process"])?.field, null);
});

test("the document has every word once, under its tool", () => {
  const text = comingFromText();
  for (const [tool, name] of Object.entries(TOOLS)) {
    assert.ok(text.includes(`\n## ${name}\n`), name);
    // Findings name the part of the document by the tool.
    assert.ok(tool === "other" || name.toLowerCase() === tool, name);
  }
  for (const { word } of FOREIGN_WORDS) assert.ok(text.includes(`\`${word}\``), word);
});

test.run();
