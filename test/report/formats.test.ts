/** Every format of the report: what is in it, by readers that are not ours, and that nothing breaks out. */

import { join } from "node:path";
import Ajv from "ajv";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { canonicalReport } from "../../src/report/canonical.ts";
import { csvText } from "../../src/report/csv.ts";
import { reportDiff } from "../../src/report/diff.ts";
import { dotText, mermaidText } from "../../src/report/graph.ts";
import { htmlText } from "../../src/report/html.ts";
import type { Report, ReportProcess } from "../../src/report/report.ts";
import { parseReport } from "../../src/report/schema.ts";
import { svgText } from "../../src/report/svg.ts";
import { reportsOf, root, sandbox, users, writeSpec } from "../sandbox.ts";

const test = suite("formats");
const user = users[0] as (typeof users)[number];

const spec = writeSpec(
  "formats",
  `sandbox: formats
processes:
  top: {shell: "sleep 0.3 & sleep 0.3 & wait"}
  many: {run: sleep 0.2, replicas: 30}
sandboxes:
  outer:
    processes: {web: {run: sleep 0.2, pid: 7}, bad: {run: "false", expect: {exit: 1}}}
    sandboxes: {inner: {init: app, processes: {app: sleep 0.3, w: sleep 0.1}}}
`,
);
const ran = sandbox(user, "up", "--json", spec);
const [started, ended] = reportsOf(ran) as [Report, Report];

/** Names that try to break out of every format. */
const nasty: Report = {
  ...started,
  sandbox: `</title><script>"&'`,
  processes: started.processes.map(
    (row, index): ReportProcess => ({
      ...row,
      argv: [`=1+1,"\r\n]]></svg><script>\u001b[31m\u202e`, `--> "${index}"`, "\\", "#quot;|[]{}`"],
    }),
  ),
};

test("reports are valid by the published schema, and can be read back", async () => {
  const schema = await Bun.file(join(root, "docs/report.schema.json")).json();
  const validate = new Ajv({ strict: false }).compile(schema);
  for (const report of [started, ended]) {
    assert.ok(validate(report), JSON.stringify(validate.errors));
    assert.equal(parseReport(JSON.stringify(report)), report);
  }
  assert.equal(parseReport(ran.out), ended, "of JSON Lines the last one");
  assert.is(parseReport('{"report": 1}'), null);
  assert.is(parseReport("nothing"), null);
});

/** RFC 4180, read by another hand than the one that writes it. */
function csvRows(text: string): string[][] {
  const script =
    "import csv,json,sys; print(json.dumps(list(csv.reader(sys.stdin.read().splitlines(True)))))";
  const { stdout, exitCode, stderr } = Bun.spawnSync(["python3", "-c", script], {
    stdin: Buffer.from(text),
  });
  assert.is(exitCode, 0, stderr.toString());
  return JSON.parse(stdout.toString());
}

test("CSV has a row a process and a column a level", () => {
  for (const report of [started, nasty]) {
    const [header = [], ...rows] = csvRows(csvText(report));
    assert.is(rows.length, report.processes.length);
    assert.ok(rows.every((row) => row.length === header.length));
    const web = rows.find(([path]) => path === "outer/web") ?? [];
    assert.is(web[header.indexOf("pid_l2")], "7");
    assert.is(web[header.indexOf("pid_l3")], "");
  }
});

/** Without it the text's own structure is looked at, and one test is skipped in its place. */
const hasDot = Bun.which("dot") !== null;
if (!hasDot) {
  console.log("SKIP this machine has no Graphviz");
  test.skip("DOT is a graph to Graphviz", () => {});
}

for (const [name, report] of [
  ["plain", started],
  ["nasty", nasty],
] as const) {
  test(`DOT of the ${name} report has a box a sandbox, and is a graph to Graphviz where that is`, () => {
    const text = dotText(report);
    assert.is(text.match(/subgraph "cluster_/g)?.length, report.namespaces.length);
    if (!hasDot) return;
    const { exitCode, stderr } = Bun.spawnSync(["dot", "-Tplain"], { stdin: Buffer.from(text) });
    assert.is(exitCode, 0, stderr.toString());
  });

  test(`SVG of the ${name} report is well-formed, and has every box and PID`, () => {
    const text = svgText(report);
    const script = `import sys,json,xml.etree.ElementTree as E
r=E.fromstring(sys.stdin.buffer.read()); n='{http://www.w3.org/2000/svg}'
print(json.dumps([len(r.findall(n+'rect')),[''.join(t.itertext()) for t in r.iter(n+'text')],[c.tag for c in r]]))`;
    const { stdout, exitCode, stderr } = Bun.spawnSync(["python3", "-c", script], {
      stdin: Buffer.from(text),
    });
    assert.is(exitCode, 0, stderr.toString());
    const [boxes, texts, tags] = JSON.parse(stdout.toString()) as [number, string[], string[]];
    assert.is(boxes, report.namespaces.length);
    assert.not.ok(tags.some((tag) => tag.endsWith("script")));
    const web = report.processes.find(({ path }) => path === "outer/web");
    for (const pid of web?.pids ?? []) assert.ok(texts.includes(String(pid)), String(pid));
    assert.not.match(text, /https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
  });

  test(`HTML of the ${name} report has every row, asks for nothing, and runs no text of a spec`, () => {
    const text = htmlText(report);
    assert.is(text.match(/<tr><td/g)?.length, report.processes.length);
    assert.is(text.match(/<section>/g)?.length, report.namespaces.length);
    assert.is(text.match(/<script/g)?.length, 1);
    assert.not.match(text, /(src|href)=/);
    assert.not.match(text, /[\u001b\u202e]/);
  });

  test(`Mermaid of the ${name} report has a subgraph a sandbox, and no quote of a spec`, () => {
    const text = mermaidText(report);
    assert.is(text.match(/^\s*subgraph /gm)?.length, report.namespaces.length);
    assert.is(text.match(/^\s*end$/gm)?.length, report.namespaces.length);
    for (const line of text.split("\n")) {
      assert.ok([0, 2].includes(line.match(/"/g)?.length ?? 0), line);
    }
  });
}

test("pictures of many processes stay short: copies are folded", () => {
  const row = started.processes.find(({ path }) => path === "many.1") as ReportProcess;
  const processes = Array.from({ length: 1_000 }, (_, index) => ({
    ...row,
    path: `many.${index + 1}`,
  }));
  const many = { ...started, processes };
  assert.match(svgText(many), /many\.4 … 995 rows: running/);
  assert.ok(Number(/height="(\d+)"/.exec(svgText(many))?.[1]) < 400);
  assert.match(dotText(many), /995 rows/);
  assert.is(
    htmlText(many).match(/<tr><td/g)?.length,
    1_000,
    "HTML has them all, most behind a click",
  );
});

test("two runs of one plan end with the same canonical bytes", () => {
  const canonical = () =>
    sandbox(user, "up", "--json", "--canonical", spec).out.trim().split("\n").at(-1);
  const first = canonical();
  assert.is(canonical(), first);
  assert.is(JSON.stringify(canonicalReport(ended)), first);
});

test("a comparison of reports says who is new, gone, renumbered", () => {
  assert.equal(reportDiff(started, { ...started, observer: { pidns: 1, kernel: "x" } }), []);
  const [first, second, ...rest] = ended.processes as [ReportProcess, ReportProcess];
  const changed: Report = {
    ...ended,
    processes: [{ ...first, pids: [1, 99] }, { ...second, path: "new" }, ...rest],
  };
  assert.equal(reportDiff(ended, changed), [
    { kind: "removed", path: second.path, lines: [] },
    { kind: "changed", path: "init", lines: ["PID L1: 1 -> 99"] },
    { kind: "added", path: "new", lines: [] },
  ]);
});

test.run();
