/** Whole files of other tools: said once each, at what they are known by. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkFile, checkSpec } from "../../src/check/check.ts";

const test = suite("foreign files");

const diagnostics = (text: string) => checkFile({ file: "spec.yaml", text }).diagnostics;

/** The file, what it is said to be, and the text that this is said at. */
const FILES: readonly [text: string, name: string, at: string][] = [
  [
    "version: '3'\nservices:\n  web:\n    image: nginx\n    ports: ['80:80']\n    environment: [A=b]\nvolumes: {v: }\n",
    "a Compose file",
    "services",
  ],
  ["services:\n  web: {image: nginx\n", "a Compose file", "services"],
  ["services:\n", "a Compose file", "services"],
  ["web: bundle exec rails server -p $PORT\nworker: bin/jobs\n", "a Procfile", "web"],
  ["# all\nweb: FOO=bar exec: x\nrelease: [ -f x ] && y\n", "a Procfile", "web"],
  ["[Unit]\nDescription=x\n\n[Service]\nExecStart=/bin/x --a: b\n", "a systemd unit", "[Unit]"],
  ["; by hand\n[Service]\nExecStart=/bin/x\n", "a systemd unit", "[Service]"],
  ["[program:web]\ncommand=/bin/x\n", "a supervisord file", "[program:web]"],
  ['{"ociVersion": "1.0.2", "process": {"args": ["sh"]}}\n', "an OCI config.json", '"ociVersion"'],
  ["apiVersion: v1\nkind: Pod\nspec: {}\n", "a Kubernetes manifest", "apiVersion"],
  [
    "version: '0.5'\nprocesses:\n  web:\n    command: pwd\n    availability: {restart: always}\n",
    "a process-compose file",
    "command",
  ],
  ["FROM debian:12\nRUN apt-get update\n", "a Dockerfile", "FROM debian:12"],
  [
    "bwrap --ro-bind / / --unshare-pid sh\n",
    "a bubblewrap command",
    "bwrap --ro-bind / / --unshare-pid sh",
  ],
  ["#!/bin/sh\necho a\n", "a script", "#!/bin/sh"],
  ["name: ci\non: push\njobs: {a: {steps: []}}\n", "a workflow", "jobs"],
];

for (const [text, name, at] of FILES) {
  test(`${JSON.stringify(text)} is ${name}`, () => {
    const [first, ...others] = diagnostics(text);
    assert.equal([first?.code, first?.message], ["SBX2013", `this is ${name}, not a spec`]);
    assert.match(first?.help ?? "", /^begin with `sandbox: NAME`, and /);
    const { start = 0, end = 0 } = first?.span ?? {};
    assert.is(text.slice(start, end), at);
    assert.equal(others, []);
  });
}

/** Files that are meant as specs, with what is wrong with them. */
const OWN: readonly [text: string, codes: readonly string[]][] = [
  ["sandbox: x\nservices: {a: pwd}\n", ["SBX2001"]],
  ["sandbx: x\n", ["SBX2001"]],
  ["web: [\n", ["SBX1001"]],
  ["description: no name\n", ["SBX2003"]],
  ["processes: {web: sleep 1}\n", ["SBX2003"]],
  ["templates: {web: {run: pwd}}\n", []],
  ["# nothing\n", ["SBX1007"]],
  ["", ["SBX1007"]],
];

for (const [text, codes] of OWN) {
  test(`${JSON.stringify(text)} is meant as a spec`, () => {
    assert.equal(
      diagnostics(text)
        .filter(({ severity }) => severity === "error")
        .map(({ code }) => code),
      codes,
    );
  });
}

test("what the Procfile is told to do is right", () => {
  const lines = "web: sleep 1\nworker: sleep 2\n";
  const text = `sandbox: demo\nprocesses:\n${lines.replace(/^/gm, "  ").trimEnd()}\n`;
  assert.equal(diagnostics(text), []);
});

test("an included file of another tool is said to be one", () => {
  const text = "sandbox: x\ninclude: [compose.yaml]\nprocesses: {a: pwd}\n";
  const load = () => "services: {a: {image: b}}\n";
  const all = checkSpec({ file: "spec.yaml", text }, { load }).diagnostics;
  assert.equal(
    all.map(({ code, span }) => [code, span.file]),
    [["SBX2013", "compose.yaml"]],
  );
});

test.run();
