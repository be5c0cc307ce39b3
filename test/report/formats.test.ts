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
import { tableText } from "../../src/report/table.ts";
import { treeText } from "../../src/report/tree.ts";
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

/** On a busy machine a process may have ended before the first report. */
const RUNNING = { state: "running", exit: null, ended_by: null } as const;

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
print(json.dumps([sum('box' in t.get('class').split() for t in r.findall(n+'rect')),[''.join(t.itertext()) for t in r.iter(n+'text')],[c.tag for c in r]]))`;
    const { stdout, exitCode, stderr } = Bun.spawnSync(["python3", "-c", script], {
      stdin: Buffer.from(text),
    });
    assert.is(exitCode, 0, stderr.toString());
    const [boxCount, texts, tags] = JSON.parse(stdout.toString()) as [number, string[], string[]];
    assert.is(boxCount, report.namespaces.length);
    assert.not.ok(tags.some((tag) => tag.endsWith("script")));
    const web = report.processes.find(({ path }) => path === "outer/web");
    for (const pid of web?.pids ?? []) assert.ok(texts.includes(String(pid)), String(pid));
    assert.not.match(text, /https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
  });

  test(`HTML of the ${name} report has every row, asks for nothing, and runs no text of a spec`, () => {
    const text = htmlText(report);
    assert.is(text.match(/<tr><td/g)?.length, report.processes.length);
    assert.is(text.match(/<section/g)?.length, report.namespaces.length);
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
  const first = started.processes.find(({ path }) => path === "many.1") as ReportProcess;
  const row = { ...first, ...RUNNING };
  const processes = Array.from({ length: 1_000 }, (_, index) => ({
    ...row,
    path: `many.${index + 1}`,
  }));
  const many = { ...started, processes };
  assert.match(svgText(many), /many\.4 … many\.998: 995 rows, running/);
  assert.ok(Number(/height="(\d+)"/.exec(svgText(many))?.[1]) < 500);
  assert.is(svgText(many, { isWhole: true }).match(/>many\.\d+</g)?.length, 1_000);
  assert.match(dotText(many), /995 rows/);
  assert.is(
    htmlText(many).match(/<tr><td/g)?.length,
    1_000,
    "HTML has them all, most behind a click",
  );
});

/** 40 copies of a sandbox with two processes, of which one in the 20th has failed. */
const copies: Report = {
  ...started,
  namespaces: [
    ...started.namespaces.slice(0, 1),
    ...Array.from({ length: 40 }, (_, at) => ({
      ...(started.namespaces[1] as Report["namespaces"][number]),
      path: `box.${at + 1}`,
      parent: "",
    })),
  ],
  processes: Array.from({ length: 80 }, (_, at): ReportProcess => {
    const sandbox = `box.${Math.floor(at / 2) + 1}`;
    const row = { ...(started.processes.at(-1) as ReportProcess), ...RUNNING };
    const isBad = at === 39;
    return {
      ...row,
      ...{ path: `${sandbox}/${at % 2 === 0 ? "a" : "b"}`, sandbox, kind: "declared" },
      ...(isBad && { state: "exited", exit: { code: 3 }, ended_by: "itself" }),
    };
  }),
};

test("copies of a sandbox are folded everywhere, but not the one that is otherwise", () => {
  const look = { columns: 80, colour: false };
  for (const text of [tableText(copies, look), treeText(copies, look)]) {
    assert.match(text, /^\W*box\.3 … box\.19: 17 sandboxes, 34 rows, running$/m);
    assert.match(text, /\bb +.* exited 3 /);
    assert.match(text, /^\W*box\.21 … box\.39: 19 sandboxes/m);
    assert.match(text, /--all has all/);
    assert.ok(text.split("\n").length < 20);
  }
  assert.is(tableText(copies, { ...look, isWhole: true }).split("\n").length, 82);
  const boxes = (text: string) => text.match(/<rect class="box/g)?.length;
  assert.is(boxes(svgText(copies)), 5, "the root, three ends, and the odd one");
  assert.is(boxes(svgText(copies, { isWhole: true })), 41);
  assert.is(dotText(copies).match(/subgraph/g)?.length, 5);
  assert.is(mermaidText(copies).match(/subgraph/g)?.length, 5);
  assert.is(htmlText(copies).match(/<section/g)?.length, 41, "HTML has them all, to be opened");
});

test("a traced run has its lives and events in the pictures, and is valid by the schema", async () => {
  const spec = writeSpec(
    "formats-traced",
    `sandbox: traced
processes: {a: {shell: "sleep 0.05; /bin/true; exit 3", expect: {exit: 3}}}
`,
  );
  const report = reportsOf(sandbox(user, "up", "--json", "--trace", spec)).at(-1) as Report;
  const schema = await Bun.file(join(root, "docs/report.schema.json")).json();
  const validate = new Ajv({ strict: false }).compile(schema);
  assert.ok(validate(report), JSON.stringify(validate.errors));
  const count = report.processes.length;
  assert.ok(count >= 4, "init, a, and what it has forked");
  assert.is(svgText(report).match(/<rect class="life"/g)?.length, count);
  const execs = report.trace?.filter(({ event }) => event === "exec").length;
  assert.is(svgText(report).match(/<rect class="exec"/g)?.length, execs);
  const page = htmlText(report);
  assert.is(page.match(/<td class="life"[^>]*><i /g)?.length, count);
  assert.match(page, new RegExp(`what happened when: ${report.trace?.length} events`));
  const tree = treeText(report, { columns: 80, colour: false });
  assert.match(tree, /^└─ a .*exited 3/m);
  assert.match(tree, /^ {3}├─ a\+\d+ .*exited 0/m, "a fork hangs below its process");
  assert.not.match(svgText(started), /class="life"/, "nothing has ended yet");
});

test("two runs of one plan end with the same canonical bytes", () => {
  const canonical = () =>
    sandbox(user, "up", "--json", "--canonical", spec).out.trim().split("\n").at(-1);
  const first = canonical();
  assert.is(canonical(), first);
  assert.is(JSON.stringify(canonicalReport(ended)), first);
});

test("two traced runs with forks have the same canonical bytes, whatever came when", () => {
  const racing = writeSpec(
    "formats-racing",
    `sandbox: racing
processes:
  a: {shell: "for i in 1 2 3; do (sleep 0.02; exit $i) & done; wait"}
  b: {shell: "for i in 1 2 3; do sleep 0.02 & done; wait"}
`,
  );
  const ran = () => reportsOf(sandbox(user, "up", "--json", "--trace", racing)).at(-1) as Report;
  const [first, second] = [ran(), ran()];
  const text = JSON.stringify(canonicalReport(first));
  assert.is(JSON.stringify(canonicalReport(second)), text);
  assert.match(text, '"path":"a+fork.2.1"', "the sleep of the second shell");
  assert.is(JSON.stringify(canonicalReport(canonicalReport(first))), text, "twice is once");
  assert.equal(reportDiff(first, second), []);
});

test("of one run a fork is known by its PID, of two by its place", () => {
  const forks = started.processes.filter(({ kind }) => kind === "forked");
  const [fork] = forks as [ReportProcess];
  assert.is(forks.length, 2);
  const later = { ...started, processes: started.processes.filter((row) => row !== fork) };
  assert.equal(reportDiff(started, later), [{ kind: "removed", path: fork.path, lines: [] }]);
  const [init, ...rest] = later.processes as [ReportProcess];
  const rerun = { ...later, processes: [{ ...init, pids: [1, 1] }, ...rest] };
  const gone = [{ kind: "removed", path: "top+fork.2", lines: [] }];
  assert.equal(reportDiff(started, rerun), gone);
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
