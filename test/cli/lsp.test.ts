/** `sandbox lsp`, asked as an editor asks. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type {
  CodeAction,
  CompletionItem,
  DocumentSymbol,
  Hover,
  Location,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver/node";
import { positionOf, startClient } from "../lsp-client.ts";
import { root, scratch } from "../sandbox.ts";

const test = suite("lsp");
const client = await startClient([
  process.execPath,
  join(root, "src/cli/main.ts"),
  "lsp",
  "--stdio",
]);

const spec = `sandbox: demo
include: [shared.yaml]
params: {count: {type: integer, min: 1, default: 2, description: how many}}
templates: {quiet: {umask: "077"}}
processes:
  db: {use: quiet, run: sleep 1}
  web: {use: loud, run: "sleep \${count}", depends_on: [db, outer/worker.1]}
sandboxes:
  outer:
    init: app
    processes:
      app: sleep 1
      worker: {run: sleep 1, replicas: "\${count}", depends_on: {app: started}}
`;
const shared = "templates: {loud: {stdout: log}}\n";
const file = join(scratch, "demo.yaml");
fs.writeFileSync(join(scratch, "shared.yaml"), shared);
const uri = `file://${file}`;
const textDocument = { uri };

const ask = <Answer>(
  method: string,
  mark: string,
  characters = 0,
  more: object = {},
  text = spec,
) =>
  client.connection.sendRequest<Answer>(`textDocument/${method}`, {
    textDocument,
    position: positionOf(text, mark, characters),
    ...more,
  });

test("a right spec has no mistakes; a wrong one has them at once, with code and place", async () => {
  assert.equal(await client.diagnose(uri, spec), []);
  const wrong = spec.replace("[db, ", "[dbb, ");
  const items = await client.diagnose(uri, wrong);
  assert.equal(
    items.map(({ code, severity, range }) => [code, severity, range]),
    [["SBX2103", 1, { start: positionOf(wrong, "dbb"), end: positionOf(wrong, "dbb", 3) }]],
  );
  assert.match(items[0]?.message ?? "", /did you mean "db"\?/);
  assert.equal(await client.diagnose(uri, spec), []);
});

test("hover on a process shows its planned PIDs at every level", async () => {
  const hover = await ask<Hover>("hover", "worker: {", 1);
  const text = JSON.stringify(hover.contents);
  assert.match(text, /process outer\/worker/);
  assert.match(text, /\| outer\/worker\.1 \| 6 \| 2 \|/);
  assert.match(text, /\| outer\/worker\.2 \| 7 \| 3 \|/);
});

test("hover on a field teaches it, on a parameter shows its declaration", async () => {
  assert.match(JSON.stringify(await ask<Hover>("hover", "depends_on")), /Processes to wait for/);
  assert.match(JSON.stringify(await ask<Hover>("hover", "${count}", 3)), /default: `2`/);
});

const definitions: [string, number, string, string][] = [
  ["[db, ", 1, "db: {", spec],
  ["outer/worker.1", 1, "outer:", spec],
  ["outer/worker.1", 8, "worker: {", spec],
  ["{app: started", 2, "app: sleep", spec],
  ["init: app", 7, "app: sleep", spec],
  ["use: quiet", 6, "quiet: {", spec],
  ["use: loud", 6, "loud: {", shared],
  ["${count}", 3, "count: {", spec],
];

test("go to definition finds processes, sandboxes, templates in other files, parameters", async () => {
  for (const [mark, characters, target, text] of definitions) {
    const items = await ask<Location | null>("definition", mark, characters);
    assert.equal(items?.range.start, positionOf(text, target), mark);
    assert.is(items?.uri, text === shared ? `file://${join(scratch, "shared.yaml")}` : uri, mark);
  }
});

async function complete(text: string, mark: string): Promise<string[]> {
  await client.diagnose(uri, text);
  const items = await ask<CompletionItem[]>("completion", mark, mark.length, {}, text);
  return items.map(({ label }) => label);
}

test("completion knows names, templates, parameters, fields and values", async () => {
  const names = await complete(spec.replace("[db, outer/worker.1]", "[d]"), "depends_on: [d");
  assert.ok(
    ["db", "outer", "outer/worker"].every((name) => names.includes(name)),
    names.join(" "),
  );
  assert.ok((await complete(spec.replace("use: quiet", "use: "), "use: ")).includes("loud"));
  assert.ok(
    (await complete(spec.replace("sleep ${count}", "sleep ${"), "sleep ${")).includes("count"),
  );
  const fields = await complete(`${spec}      last:\n        t`, "last:\n        t");
  assert.ok(fields.includes("timeout") && fields.includes("run"), fields.join(" "));
  const modes = await complete(`${spec}namespaces: {net: }\n`, "{net: ");
  assert.equal(modes.toSorted(), ["inherit", "new"]);
  const inits = await complete(spec.replace("init: app", "init: "), "init: ");
  assert.ok(inits.includes("app") && inits.includes("reaper"), inits.join(" "));
  await client.diagnose(uri, spec);
});

/** The text after the edits of one file. */
function edited(text: string, edits: readonly TextEdit[]): string {
  const lines = text.split("\n");
  const offset = ({ line, character }: { line: number; character: number }) =>
    lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, character);
  return edits
    .toSorted((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (made, { range, newText }) =>
        made.slice(0, offset(range.start)) + newText + made.slice(offset(range.end)),
      text,
    );
}

test("rename changes a name wherever it is used, and nothing else", async () => {
  const renamed = async (mark: string, characters: number, newName: string) => {
    const edit = await ask<WorkspaceEdit>("rename", mark, characters, { newName });
    return edited(spec, edit.changes?.[uri] ?? []);
  };
  assert.is(
    await renamed("worker: {", 0, "job"),
    spec.replace("worker: {", "job: {").replace("outer/worker.1", "outer/job.1"),
  );
  assert.is(
    await renamed("outer/worker", 0, "inside"),
    spec.replace("  outer:", "  inside:").replace("outer/worker", "inside/worker"),
  );
  assert.is(
    await renamed("app: sleep", 0, "main"),
    spec
      .replace("init: app", "init: main")
      .replace("app: sleep", "main: sleep")
      .replace("{app: ", "{main: "),
  );
  assert.is(
    await renamed("count: {", 0, "total"),
    spec.replace("{count: {", "{total: {").replaceAll("${count}", "${total}"),
  );
  const bad = ask("rename", "worker: {", 0, { newName: "a/b" });
  await bad.then(
    () => assert.unreachable("a name that cannot be was taken"),
    (error: Error) => assert.match(error.message, /cannot name a process/),
  );
});

test("rename refuses what is taken, reserved, or not text any more, and says why", async () => {
  await client.diagnose(uri, spec);
  for (const [mark, newName] of [
    ["worker: {", "app"],
    ["worker: {", "init"],
    ["outer:", "db"],
    ["db: {", "1"],
    ["db: {", "true"],
    ["db: {", "null"],
    ["db: {", "x".repeat(70)],
    ["quiet: {", "loud"],
    ["count: {", "replica"],
  ] as const) {
    await ask("rename", mark, 0, { newName }).then(
      () => assert.unreachable(`${newName} was taken`),
      (error: Error) => assert.match(error.message, /cannot name a \w+(: .+)?/, newName),
    );
  }
});

/** What the document becomes where an editor applies the item of this label. */
async function completed(text: string, mark: string, label: string): Promise<string> {
  await client.diagnose(uri, text);
  const items = await ask<CompletionItem[]>("completion", mark, mark.length, {}, text);
  const item = items.find((each) => each.label === label);
  assert.ok(item?.textEdit, items.map((each) => each.label).join(" "));
  return edited(text, [item.textEdit as TextEdit]);
}

test("a completion replaces the word before the cursor, whatever is in it", async () => {
  const half = (list: string) => spec.replace("[db, outer/worker.1]", list);
  const whole = half("[outer/app]");
  for (const word of ["o", "outer/", "outer/a"]) {
    assert.is(await completed(half(`[${word}]`), `depends_on: [${word}`, "outer/app"), whole);
    // In broken text, too: the list is not closed yet.
    const broken = half(`[${word}`);
    assert.is(await completed(broken, `depends_on: [${word}`, "outer/app"), half("[outer/app"));
  }
  const expression = spec.replace("sleep ${count}", "sleep ${cou");
  assert.is(
    await completed(expression, "sleep ${cou", "count"),
    spec.replace("sleep ${count}", "sleep ${count"),
  );
  const key = spec.replace("init: app", "ini: app");
  assert.is(await completed(key, "  ini", "init"), spec);
  await client.diagnose(uri, spec);
});

test("what a mistake suggests can be had by a code action", async () => {
  for (const [wrong, right] of [
    [spec.replace("[db, ", "[dbb, "), spec],
    [spec.replace("[db, ", '["dbb", '), spec.replace("[db, ", '["db", ')],
    [spec.replace("use: quiet", "use: quite"), spec],
    [spec.replace("init: app", "inti: app"), spec],
  ] as const) {
    const diagnostics = await client.diagnose(uri, wrong);
    const actions = await client.connection.sendRequest<CodeAction[]>("textDocument/codeAction", {
      textDocument,
      range: diagnostics[0]?.range,
      context: { diagnostics },
    });
    assert.is(edited(wrong, actions[0]?.edit?.changes?.[uri] ?? []), right);
  }
  await client.diagnose(uri, spec);
});

test("the outline has each sandbox with what it holds", async () => {
  const outline = await client.connection.sendRequest<DocumentSymbol[]>(
    "textDocument/documentSymbol",
    { textDocument },
  );
  const lines = (items: readonly DocumentSymbol[], depth: number): string[] =>
    items.flatMap(({ name, detail, children }) => [
      `${"  ".repeat(depth)}${detail} ${name}`,
      ...lines(children ?? [], depth + 1),
    ]);
  assert.equal(lines(outline, 0), [
    "sandbox demo",
    "  param count",
    "  template quiet",
    "  process db",
    "  process web",
    "  sandbox outer",
    "    process app",
    "    process worker",
  ]);
});

test("only specs are marked", async () => {
  const compose = `file://${join(scratch, "docker-compose.yml")}`;
  assert.equal(await client.diagnose(compose, "services: {web: {image: x}}\n"), []);
  assert.ok((await client.diagnose(compose, "sandbox: x\nservices: {}\n")).length > 0);
  const empty = `file://${join(scratch, "sandboxes/new.yaml")}`;
  assert.ok((await client.diagnose(empty, "")).length > 0);
});

test("format gives the one layout", async () => {
  const text = "processes:\n    a:   'sleep'\nsandbox: x\n";
  await client.diagnose(uri, text);
  const edits = await client.connection.sendRequest<TextEdit[]>("textDocument/formatting", {
    textDocument,
    options: { tabSize: 2, insertSpaces: true },
  });
  assert.is(edits[0]?.newText, "sandbox: x\nprocesses:\n  a: sleep\n");
});

test("a mistake in an included file is told of that file, and is gone when it is mended", async () => {
  const library = `file://${join(scratch, "library.yaml")}`;
  const user = `file://${join(scratch, "user.yaml")}`;
  fs.writeFileSync(join(scratch, "library.yaml"), "templates: {t: {timeot: 5s}}\n");
  const text = "sandbox: x\ninclude: [library.yaml]\nprocesses: {a: {use: t, run: pwd}}\n";
  const published = client.published(library);
  assert.equal(await client.diagnose(user, text), []);
  const [items, ...others] = await published;
  assert.is(items?.code, "SBX2001");
  assert.is(items?.range.start.character, 16);
  assert.equal(others, []);
  // Opened itself, it is no spec that lacks a name; and correcting it corrects what includes it.
  assert.is((await client.diagnose(library, "templates: {t: {timeot: 5s}}\n")).length, 1);
  const again = client.published(user);
  assert.equal(await client.diagnose(library, "templates: {t: {timeout: 5s}}\n"), []);
  assert.equal(await again, []);
});

test("what a spec holds cannot act on a terminal or turn the text", async () => {
  const hostile = `file://${join(scratch, "hostile.yaml")}`;
  const text = 'sandbox: x\nprocesses: {a: {run: pwd, depends_on: ["\\e[2J\\u202e"]}}\n';
  const [items] = await client.diagnose(hostile, text);
  assert.match(items?.message ?? "", String.raw`\x1b[2J\u202e`);
});

test("half-written specs never end the server", async () => {
  for (let end = 0; end < spec.length; end += 7) {
    const text = spec.slice(0, end);
    await client.diagnose(uri, text);
    await ask("completion", text, text.length, {}, text);
    await ask("hover", text, text.length, {}, text);
  }
  assert.equal(await client.diagnose(uri, spec), []);
});

test.after(() => client.stop());
test.run();
