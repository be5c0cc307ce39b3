/** SARIF and GitHub annotations, by the standard's own schema. */

import * as fs from "node:fs";
import { join } from "node:path";
import Ajv from "ajv-draft-04";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkSpec } from "../../src/check/check.ts";
import type { CodePage } from "../../src/diag/code-page.ts";
import { codes } from "../../src/diag/codes.ts";
import { diagnostic } from "../../src/diag/diagnostic.ts";
import { githubText } from "../../src/diag/github.ts";
import { jsonText } from "../../src/diag/json.ts";
import { sarifText } from "../../src/diag/sarif.ts";

const test = suite("sarif");

/** From the OASIS repository of the standard. */
const schema = JSON.parse(
  fs.readFileSync(join(import.meta.dir, "sarif-schema-2.1.0.json"), "utf8"),
);
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

const OUTSIDE = { kind: "outside", why: "" } as const;

test("the findings of every page make a valid log", () => {
  for (const [code, { wrong, files }] of Object.entries<CodePage>(codes)) {
    if (wrong === "") continue;
    const { diagnostics, sources } = checkSpec(
      { file: "a b/ü.yaml", text: wrong },
      {
        load: (path) => files[path.replace("a b/", "")] ?? (path.startsWith("/") ? OUTSIDE : null),
      },
    );
    const text = sarifText(diagnostics, sources);
    const log = JSON.parse(text);
    assert.ok(validate(JSON.parse(text)), `${code}: ${JSON.stringify(validate.errors)}`);
    assert.is(log.runs[0].results[0].ruleId, code);
    assert.is(log.runs[0].tool.driver.rules[0].id, code);
  }
});

test("places are those of the finding, and other places come as related ones", () => {
  const text = "sandbox: x\nprocesses:\n  a: {run: pwd, pid: 7, pids: {x: 8}}\n";
  const { diagnostics, sources } = checkSpec({ file: "x.yaml", text });
  const [result] = JSON.parse(sarifText(diagnostics, sources)).runs[0].results;
  const { region } = result.locations[0].physicalLocation;
  assert.equal(region, { startLine: 3, startColumn: 35, endLine: 3, endColumn: 36 });
  assert.is(result.relatedLocations[0].physicalLocation.region.startColumn, 22);
});

test("JSON and SARIF hold nothing that a terminal acts on, and mean the same", () => {
  const text = 'sandbox: x\nprocesses: {a: {run: pwd, depends_on: ["\\e[2J\\u009b\\u202e"]}}\n';
  const { diagnostics, sources } = checkSpec({ file: "x.yaml", text });
  for (const printed of [jsonText(diagnostics, sources), sarifText(diagnostics, sources)]) {
    assert.not.match(printed, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    assert.match(JSON.stringify(JSON.parse(printed)), "\u202e");
  }
});

/** A file that could not be read, and a parameter of the command line that the spec does not have. */
const PLACELESS = [
  diagnostic("SBX3002", { file: "no.yaml", start: 0, end: 0 }, "cannot read it"),
  diagnostic("SBX2110", null, "the spec has no such parameter"),
];

test("each result has a location; what is about no file is a notification of the run", () => {
  const log = JSON.parse(sarifText(PLACELESS, new Map()));
  assert.ok(validate(JSON.parse(sarifText(PLACELESS, new Map()))), JSON.stringify(validate.errors));
  const [run] = log.runs;
  assert.is(run.results.length, 1);
  assert.is(run.results[0].locations[0].physicalLocation.artifactLocation.uri, "no.yaml");
  const [notification] = run.invocations[0].toolExecutionNotifications;
  assert.equal([notification.descriptor.id, notification.level], ["SBX2110", "error"]);
});

test("paths are those that a forge knows, and what it does not know is a URI of a file", () => {
  const uriOf = (path: string) =>
    JSON.parse(sarifText(PLACELESS, new Map(), () => path)).runs[0].results[0].locations[0]
      .physicalLocation.artifactLocation.uri;
  assert.is(uriOf("in/a b.yaml"), "in/a%20b.yaml");
  assert.is(uriOf("/out/a b.yaml"), "file:///out/a%20b.yaml");
  assert.match(
    githubText(PLACELESS, new Map(), () => "in/a.yaml"),
    "::error file=in/a.yaml,",
  );
});

test("a log without findings is valid too", () => {
  assert.ok(validate(JSON.parse(sarifText([], new Map()))), JSON.stringify(validate.errors));
});

test("GitHub annotations are one line each, whatever a spec holds", () => {
  const text = 'sandbox: x\nprocesses: {"a%\\n::error::b": sleep 1}\n';
  const { diagnostics, sources } = checkSpec({ file: "a,b:c.yaml", text });
  assert.is(
    githubText(diagnostics, sources),
    '::error file=a%2Cb%3Ac.yaml,title=SBX2008,line=2,endLine=2,col=13,endColumn=29::"a%25\\n::error::b" cannot name a process%0Adid you mean "a-error-b"?%0Ause up to 64 letters, digits, `_` and `-`, beginning with a letter or digit\n',
  );
});

test.run();
