/** `schema.json` in the YAML language server that editors use. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CompletionItem, CompletionList, Hover } from "vscode-languageserver/node";
import { positionOf, startClient } from "../lsp-client.ts";

const test = suite("yaml-language-server");
const root = join(import.meta.dir, "../..");
const server = join(root, "node_modules/yaml-language-server/bin/yaml-language-server");
const schema = `file://${join(root, "schema.json")}`;

const client = await startClient([process.execPath, server, "--stdio"], {
  yaml: {
    validate: true,
    hover: true,
    completion: true,
    schemas: { [schema]: "*" },
    schemaStore: { enable: false },
  },
});

const uriOf = (name: string) => `file:///tmp/${name}.yaml`;

async function complete(text: string, mark: string, name: string): Promise<string[]> {
  await client.diagnose(uriOf(name), text);
  const answer = await client.connection.sendRequest<CompletionList | CompletionItem[]>(
    "textDocument/completion",
    { textDocument: { uri: uriOf(name) }, position: positionOf(text, mark, mark.length) },
  );
  const items = Array.isArray(answer) ? answer : answer.items;
  return items.map(({ label }) => label);
}

test("every spec of sandboxes/ is without a mistake", async () => {
  for (const file of new Bun.Glob("sandboxes/*.yaml").scanSync(root)) {
    const text = fs.readFileSync(join(root, file), "utf8");
    assert.equal(await client.diagnose(`file://${join(root, file)}`, text), [], file);
  }
});

test("fields are completed, at the root and in a process", async () => {
  const atRoot = await complete("sandbox: x\nho", "ho", "root");
  assert.ok(atRoot.includes("hostname"), atRoot.join(" "));
  const inProcess = await complete("sandbox: x\nprocesses:\n  web:\n    de", "    de", "process");
  assert.ok(inProcess.includes("depends_on"), inProcess.join(" "));
});

test("values of an enumeration are completed", async () => {
  const modes = await complete("sandbox: x\nnamespaces:\n  net: \n", "net: ", "enum");
  assert.ok(modes.includes("new") && modes.includes("inherit"), modes.join(" "));
});

test("hover teaches what a field is", async () => {
  const text = "sandbox: x\nprocesses:\n  web: {run: sleep 1, replicas: 2}\n";
  await client.diagnose(uriOf("hover"), text);
  const hover = await client.connection.sendRequest<Hover | null>("textDocument/hover", {
    textDocument: { uri: uriOf("hover") },
    position: positionOf(text, "replicas", 2),
  });
  assert.match(JSON.stringify(hover?.contents), /So many of it/);
});

test("a wrong spec has its mistakes marked where they are", async () => {
  const text = "sandbox: x\nprocesses:\n  web: {run: sleep 1, umsk: 022, replicas: many}\n";
  const answer = await client.diagnose(uriOf("wrong"), text);
  const lines = answer.map(({ range, message }) => `${range.start.line}: ${message}`);
  assert.ok(lines.length > 0, "nothing was found");
  assert.ok(
    lines.every((line) => line.startsWith("2:")),
    lines.join("\n"),
  );
});

test("an expression may stand where a number is wanted", async () => {
  const text =
    'sandbox: x\nparams: {n: {type: integer, default: 2}}\nprocesses: {a: {run: pwd, replicas: "${n}"}}\n';
  assert.equal(await client.diagnose(uriOf("expression"), text), []);
});

test.after(() => client.stop());
test.run();
