/** The compiled command takes nothing from the folder that it is started in. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import pkg from "../../package.json" with { type: "json" };
import { root, scratch } from "../sandbox.ts";

const test = suite("working directory");

const SPEC = "sandbox: x\nparams: {n: {type: integer, default: 1}}\nprocesses: {a: 'sleep ${n}'}\n";

/** The command as a package has it, by the script that makes it, behind its launcher. */
const command = join(scratch, "package/build/sandbox");
const compiled = join(scratch, "package/build/bun/sandbox");
fs.mkdirSync(join(scratch, "package/build/bun"), { recursive: true });
fs.symlinkSync(join(root, "native"), join(scratch, "package/native"));
fs.copyFileSync(join(root, "build/sandbox"), command);
fs.chmodSync(command, 0o755);
const build = pkg.scripts.build.replace("--outfile build/bun/sandbox", `--outfile ${compiled}`);
const built = Bun.spawnSync(["sh", "-c", build], {
  cwd: root,
  env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` },
});
assert.is(built.exitCode, 0, built.stderr.toString());

/** A folder with all that a runtime may look for. */
function repository(name: string, dotenv: string): string {
  const dir = join(scratch, name);
  fs.mkdirSync(dir, { recursive: true });
  const files = {
    "bunfig.toml": 'preload = ["./evil.ts"]\n[run]\npreload = ["./evil.ts"]\n',
    "evil.ts": 'require("node:fs").writeFileSync("evil-ran", process.argv.join(" "));\n',
    ".env": dotenv,
    ".env.local": dotenv,
    ".env.production": dotenv,
    ".env.development": dotenv,
    "tsconfig.json": '{"compilerOptions": {"paths": {"yaml": ["./evil.ts"]}}}',
    "package.json": '{"imports": {"#x": "./evil.ts"}, "main": "./evil.ts"}',
    "x.yaml": SPEC,
  };
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(join(dir, file), text);
  fs.writeFileSync(join(dir, "shim"), "#!/bin/sh\necho ran > shim-ran\nexit 1\n", { mode: 0o755 });
  return dir;
}

function run(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  const home = join(scratch, "home");
  fs.mkdirSync(home, { recursive: true });
  const { PATH = "" } = process.env;
  const ran = Bun.spawnSync([command, ...args], {
    cwd,
    stdin: "ignore",
    env: { PATH, HOME: home, ...env },
    timeout: 60_000,
  });
  return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

const commands = [
  ["version"],
  ["--help"],
  ["check", "x.yaml"],
  ["check", "x.yaml", "--format", "json"],
  ["plan", "x.yaml"],
  ["fmt", "--check", "x.yaml"],
  ["diff", "x.yaml", "x.yaml"],
  ["ls"],
  ["lsp"],
  ["explain", "SBX2103"],
  ["completion", "bash"],
  ["schema"],
  ["doctor", "x.yaml"],
  ["up", "x.yaml", "--for", "0s"],
];

for (const args of commands) {
  test(`${args.join(" ")} runs no code of the folder and no program that it names`, () => {
    const dir = repository("evil", `SANDBOX_SHIM=${join(scratch, "evil/shim")}\n`);
    run(dir, args);
    assert.not.ok(fs.existsSync(join(dir, "evil-ran")), "evil.ts");
    assert.not.ok(fs.existsSync(join(dir, "shim-ran")), "shim");
  });
}

test("a .env gives no parameter its value", () => {
  const dir = repository("params", "SANDBOX_PARAM_N=77\n");
  assert.not.match(run(dir, ["plan", "--json", "x.yaml"]).out, "77");
  assert.match(run(dir, ["plan", "--json", "x.yaml"], { SANDBOX_PARAM_N: "77" }).out, "77");
});

test("nothing is made in the folder, whatever .env or relative variables say", () => {
  const names = ["XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "HOME", "TMPDIR"];
  const dir = repository("relative", names.map((name) => `${name}=made\n`).join(""));
  const before = fs.readdirSync(dir);
  const relative = Object.fromEntries(names.map((name) => [name, "made"]));
  for (const env of [{}, relative]) {
    for (const args of [["check", "x.yaml"], ["plan", "x.yaml"], ["doctor"], ["ls"]]) {
      run(dir, args, env);
    }
    run(dir, ["up", "x.yaml", "--for", "0s"], env);
    assert.equal(fs.readdirSync(dir), before);
  }
});

test("a home that does not exist is not made", () => {
  const dir = repository("homeless", "");
  const home = join(scratch, "no-such-home");
  assert.is(run(dir, ["check", "x.yaml"], { HOME: home }).code, 0);
  assert.is(run(dir, ["plan", "x.yaml"], { HOME: home }).code, 0);
  assert.not.ok(fs.existsSync(home));
});

test("an absolute XDG_CACHE_HOME is used, and made where only its last part is missing", () => {
  const dir = repository("cached", "");
  const own = fs.mkdtempSync(join(tmpdir(), "sandbox-cache-"));
  try {
    run(dir, ["plan", "x.yaml"], { XDG_CACHE_HOME: join(own, "cache") });
    assert.ok(fs.existsSync(join(own, "cache/sandbox/specs")));
    run(dir, ["plan", "x.yaml"], { XDG_CACHE_HOME: join(own, "missing/cache") });
    assert.not.ok(fs.existsSync(join(own, "missing")));
  } finally {
    fs.rmSync(own, { recursive: true });
  }
});

test.run();
