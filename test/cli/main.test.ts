/** The command line: exit codes, streams, and what it prints. */

import * as fs from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  commandFor,
  environmentFor,
  reportsOf,
  sandbox,
  scratch,
  users,
  writeSpec,
} from "../sandbox.ts";
import { startRun } from "../while-running.ts";

const test = suite("main");
const user = users[0] ?? { name: "nobody", prefix: [] };

test("an unknown command or option is wrong usage, with a suggestion", () => {
  const ran = sandbox(user, "chek");
  assert.is(ran.code, 64);
  assert.match(ran.err, /Did you mean check\?/);
  assert.is(sandbox(user, "up", "--jsn").code, 64);
  assert.is(sandbox(user, "up", "--for", "soon", writeSpec("a", "sandbox: a\n")).code, 64);
});

test("a spec with errors exits 2, and starts nothing", () => {
  const ran = sandbox(
    user,
    "up",
    writeSpec("wrong", "sandbox: x\nprocesses: {a: {rnu: touch x}}\n"),
  );
  assert.is(ran.code, 2);
  assert.is(ran.out, "");
  assert.match(ran.err, /error\[SBX2001\].*"rnu"/);
});

test("check --format json has codes and places", () => {
  const spec = writeSpec("json", "sandbox: x\nprocesses: {a: {run: b, pid: 1}}\n");
  const ran = sandbox(user, "check", "--format", "json", spec);
  assert.is(ran.code, 2);
  const [first] = JSON.parse(ran.out).diagnostics;
  assert.is(first.code, "SBX2202");
  assert.equal(first.range.start, { line: 2, column: 30, offset: 40 });
});

test("an image takes no parameters, and output that is not written is told", () => {
  const spec = writeSpec("image", "sandbox: image\nprocesses: {a: 'true'}\n");
  const image = join(scratch, "main-image.plan");
  assert.is(sandbox(user, "plan", "-o", image, spec).code, 0);
  const ran = sandbox(user, "up", image, "-p", "x=1");
  assert.is(ran.code, 64);
  assert.match(ran.err, /takes no parameters.*"x"/);
  const other = writeSpec("image-2", "sandbox: image\nprocesses: {b: 'true'}\n");
  for (const command of [["--help"], ["diff", spec, other]]) {
    const full = Bun.spawnSync(["sh", "-c", `${commandFor(user, command).join(" ")} > /dev/full`], {
      env: environmentFor(user),
    });
    assert.is(full.exitCode, 3, command.join(" "));
    assert.match(full.stderr.toString(), /ENOSPC/);
  }
});

test("names that would be the same when shortened are not, nor any in a pipe", () => {
  const text = `sandbox: long
sandboxes:
  frontend: {sandboxes: {blue-deployment: {sandboxes: {inner: {processes: {server: echo blue}}}}, green-deployment: {sandboxes: {inner: {processes: {server: echo green}}}}}}
`;
  const ran = sandbox(user, "up", writeSpec("long", text));
  assert.is(ran.code, 0, ran.err);
  for (const colour of ["blue", "green"]) {
    assert.ok(
      ran.out.includes(`frontend/${colour}-deployment/inner/server | ${colour}\n`),
      ran.out,
    );
  }
});

test("a failed process exits 1, and its place is shown", () => {
  const ran = sandbox(
    user,
    "up",
    writeSpec("fails", "sandbox: x\nprocesses: {a: {shell: exit 3}}\n"),
  );
  assert.is(ran.code, 1);
  assert.match(ran.err, /process "a" ended with code 3/);
  assert.match(ran.err, /\^/);
});

test("an expectation that does not hold exits 1", () => {
  const text = "sandbox: x\nprocesses: {a: {shell: exit 3, expect: {exit: 4}}}\n";
  const ran = sandbox(user, "up", writeSpec("expects", text));
  assert.is(ran.code, 1);
  assert.match(ran.err, /SBX5001.*expected exit code 4, found 3/);
});

test("a program that does not exist is told as a diagnostic, and stops the run", () => {
  const text = "sandbox: x\nprocesses: {a: no-such-program, b: sleep 60}\n";
  const ran = sandbox(user, "up", "--json", writeSpec("nowhere", text));
  assert.is(ran.code, 1);
  assert.match(ran.err, /SBX4001/);
  const row = reportsOf(ran)
    .at(-1)
    ?.processes.find(({ path }) => path === "a");
  assert.equal(row?.fault, { step: "exec", errno: 2, level: 1 });
});

test("a time-out stops, and fails", () => {
  const ran = sandbox(
    user,
    "up",
    writeSpec("slow", "sandbox: x\nprocesses: {a: {run: sleep 60, timeout: 200ms}}\n"),
  );
  assert.is(ran.code, 1);
  assert.match(ran.err, /SBX4005/);
});

test("--exit-code-from passes a code, and 128 + n for a signal", () => {
  const spec = writeSpec(
    "codes",
    "sandbox: x\nprocesses: {a: {shell: exit 7}, b: {shell: kill -9 $$}}\n",
  );
  assert.is(sandbox(user, "up", "--exit-code-from", "a", spec).code, 7);
  assert.is(sandbox(user, "up", "--exit-code-from", "b", spec).code, 137);
});

test("a second run of a chosen name is refused; one of a spec's name gets a number", async () => {
  const spec = writeSpec("named", "sandbox: named\nprocesses: {a: sleep 60}\n");
  await using first = await startRun(user, [spec]);
  const second = sandbox(user, "up", "--name", "named", "--for", "0s", spec);
  assert.is(second.code, 64);
  assert.match(second.err, /SBX4007/);
  assert.is(sandbox(user, "up", "--for", "0s", spec).code, 0);
  assert.is(await first.stop("SIGTERM"), 143);
});

test("plan --json is the same for root and an ordinary user, and up runs a plan file", () => {
  const spec = writeSpec(
    "same",
    "sandbox: same\nprocesses: {a: {shell: 'true', expect: {exit: 0}}}\n",
  );
  const plans = users.map((each) => sandbox(each, "plan", "--json", spec).out);
  assert.is(new Set(plans).size, 1);
  const image = `${scratch}/same.plan`;
  assert.is(sandbox(user, "plan", "-o", image, spec).code, 0);
  assert.is(sandbox(user, "up", image).code, 0);
});

test("explain, schema, doctor, completion and version answer", () => {
  assert.match(sandbox(user, "explain", "sbx2103").out, /Wrong:[\s\S]*Right:/);
  assert.is(sandbox(user, "explain", "SBX9999").code, 64);
  assert.is(JSON.parse(sandbox(user, "schema").out).title, "sandbox spec");
  assert.is(sandbox(user, "doctor").code, 0);
  assert.match(
    sandbox(user, "completion", "bash").out,
    /complete -o filenames -F _sandbox sandbox/,
  );
  assert.match(sandbox(user, "version").out, /^\d+\.\d+\.\d+\n$/);
});

const cwdFor = (name: string): string => {
  const dir = join(scratch, name);
  fs.mkdirSync(dir, { recursive: true });
  return dir;
};

/** As `sandbox`, in a directory, with more in the environment. */
function sandboxIn(cwd: string, env: Record<string, string>, ...args: string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(commandFor(user, args), {
    cwd,
    env: { ...environmentFor(user), ...env },
    stdin: "ignore",
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

test("init writes a spec that is right, formatted and runs, and never overwrites one", () => {
  const cwd = cwdFor("init");
  assert.is(sandboxIn(cwd, {}, "init", "demo").code, 0);
  assert.is(
    sandboxIn(cwd, {}, "check", "demo.yaml").err,
    "1 spec checked: no errors, no warnings\n",
  );
  assert.is(sandboxIn(cwd, {}, "fmt", "--check", "demo.yaml").code, 0);
  assert.is(sandboxIn(cwd, {}, "up", "demo.yaml").code, 0);
  const again = sandboxIn(cwd, {}, "init", "demo");
  assert.is(again.code, 1);
  assert.match(again.err, /it is there already/);
  assert.is(sandboxIn(cwd, {}, "init", "../demo").code, 64);
});

test("init names the schema where it is there, and says how to have it where not", () => {
  const cwd = cwdFor("init-schema");
  const modeline = "# yaml-language-server: $schema=./schema.json\n";
  const firstLines = (name: string) => {
    assert.is(sandboxIn(cwd, {}, "init", name).code, 0);
    assert.is(sandboxIn(cwd, {}, "fmt", "--check", `${name}.yaml`).code, 0);
    return fs.readFileSync(join(cwd, `${name}.yaml`), "utf8");
  };
  // A language server takes any line that begins so for its own.
  assert.not.match(firstLines("before"), /^#\s+yaml-language-server\s*:/m);
  fs.writeFileSync(join(cwd, "schema.json"), sandboxIn(cwd, {}, "schema").out);
  assert.ok(firstLines("after").startsWith(modeline));
  assert.match(sandboxIn(cwd, {}, "init", "my.app").err, "did you mean my-app?");
});

test("init quotes a name that YAML would read as something else", () => {
  const cwd = cwdFor("init-names");
  for (const name of ["123", "true", "0x1f", "null"]) {
    assert.is(sandboxIn(cwd, {}, "init", name).code, 0);
    assert.is(sandboxIn(cwd, {}, "check", `${name}.yaml`).code, 0, name);
    assert.is(sandboxIn(cwd, {}, "fmt", "--check", `${name}.yaml`).code, 0, name);
  }
});

test("parameters come from --param, else from the environment, else from the spec", () => {
  const cwd = cwdFor("params");
  const spec =
    "sandbox: x\nparams: {count: {type: integer, max: 9, default: 1}}\nprocesses: {p: {run: pwd, replicas: '${count}'}}\n";
  fs.writeFileSync(join(cwd, "x.yaml"), spec);
  const count = (env: Record<string, string>, ...args: string[]) => {
    const { out, err } = sandboxIn(cwd, env, "plan", "--json", "x.yaml", ...args);
    return out === "" ? err : JSON.parse(out).slots.length - 1;
  };
  assert.is(count({}), 1);
  assert.is(count({ SANDBOX_PARAM_COUNT: "3" }), 3);
  assert.is(count({ SANDBOX_PARAM_COUNT: "3" }, "-p", "count=4"), 4);
  assert.is(count({}), 1, "a plan of other values is not taken from the cache");
  assert.match(String(count({}, "--param", "count=10")), /SBX2114/);
  assert.match(String(count({}, "--param", "cuont=1")), /SBX2110.*\n.*did you mean "count"/);
  assert.is(sandboxIn(cwd, {}, "plan", "x.yaml", "-p", "count").code, 64);
});

test("a changed file that a spec includes changes what is known of the spec", () => {
  const cwd = cwdFor("include");
  fs.writeFileSync(
    join(cwd, "x.yaml"),
    "sandbox: x\ninclude: [t.yaml]\nprocesses: {p: {use: t}}\n",
  );
  const slots = (run: string) => {
    fs.writeFileSync(join(cwd, "t.yaml"), `templates: {t: {run: ${run}}}\n`);
    const { out, err } = sandboxIn(cwd, {}, "plan", "--json", "x.yaml");
    return out === "" ? err : JSON.parse(out).slots[1].process.argv;
  };
  assert.equal(slots("pwd"), ["pwd"]);
  assert.equal(slots("pwd"), ["pwd"]);
  assert.equal(slots("true 1"), ["true", "1"]);
  assert.match(slots("''"), /SBX2006[\s\S]*t\.yaml:1:\d+[\s\S]*template "t" is used here/);
  assert.is(sandboxIn(cwd, {}, "check", "x.yaml").code, 2);
});

test("diff exits with 1 where something differs, and 0 where nothing does", () => {
  const cwd = cwdFor("diff");
  fs.writeFileSync(join(cwd, "a.yaml"), "sandbox: x\nprocesses: {p: pwd}\n");
  fs.writeFileSync(join(cwd, "b.yaml"), "sandbox: x\nprocesses: {p: pwd, q: pwd}\n");
  assert.equal(sandboxIn(cwd, {}, "diff", "a.yaml", "a.yaml"), { code: 0, out: "", err: "" });
  assert.equal(sandboxIn(cwd, {}, "diff", "a.yaml", "b.yaml"), {
    code: 1,
    out: "+ process q [3]\n",
    err: "",
  });
  const json = JSON.parse(sandboxIn(cwd, {}, "diff", "--json", "a.yaml", "b.yaml").out);
  assert.is(json.changes[0].path, "q");
  assert.is(sandboxIn(cwd, {}, "diff", "a.yaml", "gone.yaml").code, 2);
});

test("fmt changes files in place, keeps their mode, and --check changes nothing", () => {
  const cwd = cwdFor("fmt");
  const file = join(cwd, "a.yaml");
  const text = "processes:  {p:   pwd}\nsandbox: x\n";
  fs.writeFileSync(file, text, { mode: 0o640 });
  assert.is(sandboxIn(cwd, {}, "fmt", "--check", "a.yaml").code, 1);
  assert.is(fs.readFileSync(file, "utf8"), text);
  assert.is(sandboxIn(cwd, {}, "fmt", "a.yaml").code, 0);
  assert.is(fs.readFileSync(file, "utf8"), "sandbox: x\nprocesses: {p: pwd}\n");
  assert.is(fs.statSync(file).mode & 0o777, 0o640);
  assert.is(sandboxIn(cwd, {}, "fmt", "--check", "a.yaml").code, 0);
});

test("fmt leaves a file alone that is no UTF-8 text, and says so as check does", () => {
  const cwd = cwdFor("latin");
  const bytes = Buffer.from("sandbox:   a # caf\xe9\nprocesses:\n    web: sleep 1\n", "latin1");
  fs.writeFileSync(join(cwd, "l1.yaml"), bytes);
  const ran = sandboxIn(cwd, {}, "fmt", "l1.yaml");
  assert.is(ran.code, 2);
  assert.match(ran.err, /SBX1008/);
  assert.equal(fs.readFileSync(join(cwd, "l1.yaml")), bytes);
});

test.run();
