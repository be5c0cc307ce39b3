/** Which files a spec may name, and that no finding quotes another one. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { positionOf, startClient } from "../lsp-client.ts";
import { root } from "../sandbox.ts";

const test = suite("include");

const SECRET = "hunter2-is-secret";
const dir = fs.mkdtempSync(join(tmpdir(), "sandbox-include-"));
process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));

const TEMPLATES = "templates: {quiet: {umask: '077'}}\n";

function file(path: string, text: string): string {
  const whole = join(dir, path);
  fs.mkdirSync(dirname(whole), { recursive: true });
  fs.writeFileSync(whole, text);
  return whole;
}

function link(path: string, target: string): void {
  fs.mkdirSync(dirname(join(dir, path)), { recursive: true });
  fs.symlinkSync(target, join(dir, path));
}

const including = (...names: string[]) =>
  `sandbox: x\ninclude: ${JSON.stringify(names)}\nprocesses: {a: {use: quiet, run: pwd}}\n`;

function sandbox(cwd: string, ...args: string[]) {
  const { PATH = "" } = process.env;
  const ran = Bun.spawnSync([process.execPath, join(root, "src/cli/main.ts"), ...args], {
    cwd: join(dir, cwd),
    env: { PATH, HOME: dir, SECRET },
    stdin: "ignore",
    timeout: 30_000,
  });
  return { code: ran.exitCode, text: ran.stdout.toString() + ran.stderr.toString() };
}

file("secret", `${SECRET}: [\n`);
file("outside.yaml", TEMPLATES);
file("repo/.git/config", `url = https://${SECRET}@host\n`);
file("repo/shared/quiet.yaml", TEMPLATES);
file("repo/specs/below/quiet.yaml", TEMPLATES);
file("alone/quiet.yaml", TEMPLATES);
link("repo/specs/to-shared.yaml", "../shared/quiet.yaml");
link("repo/specs/to-secret.yaml", "../../secret");
link("repo/specs/to-folder", "../..");
link("repo/specs/to-link.yaml", "to-secret.yaml");
link("to-repo", "repo");

const allowed: Record<string, string> = {
  "below the spec's folder": "below/quiet.yaml",
  "elsewhere in its repository": "../shared/quiet.yaml",
  "by a link within the repository": "to-shared.yaml",
  "by an absolute path": join(dir, "repo/shared/quiet.yaml"),
  "by a path that leaves and comes back": "../../repo/shared/quiet.yaml",
};
for (const [name, path] of Object.entries(allowed)) {
  test(`a file is included ${name}`, () => {
    file("repo/specs/a.yaml", including(path));
    const ran = sandbox("repo/specs", "check", "a.yaml");
    assert.is(ran.code, 0, ran.text);
    assert.is(sandbox(".", "check", "to-repo/specs/a.yaml").code, 0);
  });
}

const refused: Record<string, string> = {
  "outside of the repository": "../../outside.yaml",
  "by an absolute path": join(dir, "secret"),
  "of the system": "/etc/passwd",
  "by a link": "to-secret.yaml",
  "by a link to a link": "to-link.yaml",
  "through a folder that is a link": "to-folder/secret",
  "of Git's own": "../.git/config",
  "of procfs": "/proc/self/environ",
  "of this process by its descriptors": "/proc/self/cwd/../../secret",
};
for (const [name, path] of Object.entries(refused)) {
  test(`a file ${name} is not included, and not quoted in any format`, () => {
    file("repo/specs/a.yaml", including(path));
    for (const format of ["human", "json", "sarif", "github"]) {
      const { code, text } = sandbox("repo/specs", "check", "--format", format, "a.yaml");
      assert.is(code, 2, text);
      assert.match(text, "SBX2126");
      assert.not.match(text, SECRET);
      assert.not.match(text, "root:");
    }
    for (const command of [["plan"], ["up"], ["doctor"], ["diff", "a.yaml"]]) {
      const { code, text } = sandbox("repo/specs", ...command, "a.yaml");
      assert.is(code, 2);
      assert.not.match(text, SECRET);
    }
  });
}

test("without a repository the spec's own folder is all", () => {
  file("alone/specs/a.yaml", including("../quiet.yaml"));
  assert.match(sandbox("alone/specs", "check", "a.yaml").text, "SBX2126");
  file("alone/a.yaml", including("quiet.yaml"));
  assert.is(sandbox("alone", "check", "a.yaml").code, 0);
});

test("--allow-include opens one folder more, as often as it is given, to every command", () => {
  file("alone/specs/a.yaml", including("../quiet.yaml"));
  const allow = ["--allow-include", "/nowhere", "--allow-include", ".."];
  for (const command of [["check"], ["plan"], ["diff", "a.yaml"]]) {
    const ran = sandbox("alone/specs", ...command, "a.yaml", ...allow);
    assert.is(ran.code, 0, ran.text);
  }
  assert.is(sandbox("alone/specs", "check", "a.yaml").code, 2);
});

test("a repository of another user's is none", () => {
  if (process.getuid?.() !== 0) return;
  file("theirs/.git/HEAD", "");
  fs.chownSync(join(dir, "theirs/.git"), 54_321, 0);
  file("theirs/quiet.yaml", TEMPLATES);
  file("theirs/specs/a.yaml", including("../quiet.yaml"));
  assert.match(sandbox("theirs/specs", "check", "a.yaml").text, "SBX2126");
});

test("an included file that is not there may have the other ending, and an empty one is no spec", () => {
  file("endings/three.yaml", TEMPLATES);
  file("endings/a.yaml", including("three.yml"));
  assert.match(sandbox("endings", "check", "a.yaml").text, 'did you mean "three.yaml"?');
  file("endings/b.yaml", including("http://x/t.yaml"));
  assert.match(sandbox("endings", "check", "b.yaml").text, 'cannot read "http://x/t.yaml"');
  file("endings/c.yaml", including("empty.yaml"));
  file("endings/empty.yaml", "");
  assert.match(sandbox("endings", "check", "c.yaml").text, "write `templates` into it");
});

test("a spec that is a link out of its folder is not read, by any command", () => {
  for (const command of [["check"], ["plan"], ["up"], ["doctor"], ["fmt"], ["fmt", "--check"]]) {
    const { code, text } = sandbox("repo/specs", ...command, "to-secret.yaml");
    assert.is(code, 2, text);
    assert.match(text, "SBX3002");
    assert.not.match(text, SECRET);
  }
  assert.is(sandbox("repo/specs", "check", "to-secret.yaml", "--allow-include", dir).code, 2);
  assert.match(
    sandbox("repo/specs", "check", "to-secret.yaml", "--allow-include", dir).text,
    "SBX1001",
  );
  assert.is(fs.readFileSync(join(dir, "secret"), "utf8"), `${SECRET}: [\n`);
});

test("a folder that is a link out of the repository or working directory holds no specs", () => {
  file("private/keys.yaml", `${SECRET}: [\n`);
  link("repo/sandboxes", "../private");
  link("loose/sandboxes", "../private");
  for (const [cwd, ...args] of [
    ["repo"],
    ["repo", "sandboxes"],
    ["repo", "sandboxes/keys.yaml"],
    [".", "repo/sandboxes/keys.yaml", "--allow-include", join(dir, "alone")],
    ["alone", join(dir, "repo/sandboxes/keys.yaml")],
    ["loose"],
    ["loose", "sandboxes/keys.yaml"],
  ]) {
    const { code, text } = sandbox(cwd ?? "", "check", ...args);
    assert.is(code, 2, text);
    assert.not.match(text, SECRET, `${cwd} ${args}`);
  }
  assert.match(sandbox("alone", "check", join(dir, "private/keys.yaml")).text, SECRET);
});

test("a spec anywhere can be named, and by a link within its repository", () => {
  file("alone/plain.yaml", "sandbox: x\nprocesses: {a: pwd}\n");
  file("repo/shared/plain.yaml", "sandbox: x\nprocesses: {a: pwd}\n");
  link("repo/specs/plain.yaml", "../shared/plain.yaml");
  assert.is(sandbox("repo", "check", join(dir, "alone/plain.yaml")).code, 0);
  assert.is(sandbox("repo", "check", "specs/plain.yaml").code, 0);
});

test("a plan image that names another file as its source does not have it quoted", () => {
  file("images/secret.yaml", "sandbox: x\nprocesses: {a: /no/such/program}\n");
  assert.is(sandbox("images", "plan", join(dir, "images/secret.yaml"), "-o", "../image").code, 0);
  fs.renameSync(join(dir, "image"), file("moved/image", ""));
  file("images/secret.yaml", `${SECRET} ${SECRET} ${SECRET}\n`.repeat(3));
  assert.not.match(sandbox("moved", "up", "image").text, SECRET);
});

test("the language server quotes and reads no other file, also one that is open", async () => {
  const client = await startClient([
    process.execPath,
    join(root, "src/cli/main.ts"),
    "lsp",
    "--stdio",
  ]);
  const spec = including("../../outside.yaml");
  const uri = `file://${join(dir, "repo/specs/open.yaml")}`;
  const codes = async () => (await client.diagnose(uri, spec)).map(({ code }) => code);
  assert.equal(await codes(), ["SBX2126"]);
  await client.diagnose(`file://${join(dir, "outside.yaml")}`, TEMPLATES);
  assert.equal(await codes(), ["SBX2126"]);
  const target = await client.connection.sendRequest("textDocument/definition", {
    textDocument: { uri },
    position: positionOf(spec, "quiet", 1),
  });
  assert.is(target, null);
  await client.stop();
});

test.run();
