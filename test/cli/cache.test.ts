/** Kept plans: used if they are the caller's own and of this very spec, else made again. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../sandbox.ts";

const test = suite("cache");

const isRoot = process.getuid?.() === 0;
/** Another user, whom nobody has to be. */
const OTHER = 54_321;

interface Folder {
  readonly dir: string;
  readonly cache: string;
  readonly env: Record<string, string>;
}

const folders: string[] = [];
process.on("exit", () => {
  for (const newFolder of folders) fs.rmSync(newFolder, { recursive: true, force: true });
});

function newFolder(): Folder {
  const dir = fs.mkdtempSync(join(tmpdir(), "sandbox-cache-"));
  folders.push(dir);
  const home = join(dir, "home");
  fs.mkdirSync(home, { mode: 0o755 });
  fs.writeFileSync(join(dir, "good.yaml"), specOf("good"));
  fs.writeFileSync(join(dir, "evil.yaml"), specOf("evil"));
  const { PATH = "" } = process.env;
  return { dir, cache: join(home, ".cache/sandbox/specs"), env: { PATH, HOME: home } };
}

const specOf = (word: string) => `sandbox: x\nprocesses: {a: {run: [echo, ${word}]}}\n`;

function plan({ dir, env }: Folder, file: string, ...args: string[]): string {
  const ran = Bun.spawnSync(
    [process.execPath, join(root, "src/cli/main.ts"), "plan", "--json", file, ...args],
    { cwd: dir, env, stdin: "ignore" },
  );
  return ran.stdout.toString() || ran.stderr.toString();
}

/** The kept files of a spec: what is there after it was planned and not before. */
function keptOf(folder: Folder, file: string): { plan: string; right: string } {
  const before = fs.existsSync(folder.cache) ? fs.readdirSync(folder.cache) : [];
  plan(folder, file);
  const made = fs.readdirSync(folder.cache).filter((name) => !before.includes(name));
  const named = (end: string) => join(folder.cache, made.find((name) => name.endsWith(end)) ?? end);
  return { plan: named(".plan"), right: named(".right") };
}

/** Puts the kept plan of another spec there, with the head that belongs there: a whole file. */
function forge(folder: Folder): { plan: string; right: string } {
  const good = keptOf(folder, "good.yaml");
  const evil = keptOf(folder, "evil.yaml");
  const bytes = fs.readFileSync(evil.plan);
  const image = bytes.subarray(bytes.indexOf(0x0a) + 1);
  const [key = ""] = good.plan.split("/").at(-1)?.split(".") ?? [];
  const digest = new Bun.CryptoHasher("sha256").update(image).update("\0").digest("hex");
  fs.writeFileSync(
    good.plan,
    Buffer.concat([Buffer.from(`sandbox plan ${key} ${digest}\n`), image]),
  );
  return good;
}

test("a kept plan is used again: what stands in the caller's own file is what is planned", () => {
  const folder = newFolder();
  forge(folder);
  assert.match(plan(folder, "good.yaml"), '"evil"');
});

test("the plan of another spec, or one without its head, is not used under this name", () => {
  const folder = newFolder();
  const good = keptOf(folder, "good.yaml");
  const evil = keptOf(folder, "evil.yaml");
  fs.copyFileSync(evil.plan, good.plan);
  assert.match(plan(folder, "good.yaml"), '"good"');
  plan(folder, "evil.yaml", "-o", good.plan);
  assert.match(plan(folder, "good.yaml"), '"good"');
  const head = fs.readFileSync(good.plan).subarray(0, 145);
  const bytes = fs.readFileSync(evil.plan);
  fs.writeFileSync(good.plan, Buffer.concat([head, bytes.subarray(bytes.indexOf(0x0a) + 1)]));
  assert.match(plan(folder, "good.yaml"), '"good"');
  for (const text of ["", "\n", "sandbox plan\n", "x".repeat(300)]) {
    fs.writeFileSync(good.plan, text);
    assert.match(plan(folder, "good.yaml"), '"good"');
  }
});

/** Ways in which somebody else may have had a hand in it; `good` is forged already. */
const hands: Record<string, (good: { plan: string; right: string }, folder: Folder) => void> = {
  "the file can be written by all": ({ plan: path }) => fs.chmodSync(path, 0o666),
  "the file can be written by its group": ({ plan: path }) => fs.chmodSync(path, 0o620),
  "the folder can be written by all": (_, { cache }) => fs.chmodSync(cache, 0o777),
  "a folder above can be written by its group": (_, { cache }) =>
    fs.chmodSync(dirname(dirname(cache)), 0o775),
  "the home can be written by all": (_, { env }) => fs.chmodSync(env["HOME"] ?? "", 0o777),
  "the file is a link": ({ plan: path }) => {
    fs.renameSync(path, `${path}.there`);
    fs.symlinkSync(`${path}.there`, path);
  },
  "the file has another name": ({ plan: path }, { dir }) => fs.linkSync(path, join(dir, "other")),
  "the list of includes is a link": ({ right: path }) => {
    fs.renameSync(path, `${path}.there`);
    fs.symlinkSync(`${path}.there`, path);
  },
  "the file is a FIFO": ({ plan: path }) => {
    fs.rmSync(path);
    Bun.spawnSync(["mkfifo", path]);
  },
  ...(isRoot && {
    "the file is another's": ({ plan: path }: { plan: string }) => fs.chownSync(path, OTHER, 0),
    "the folder is another's": (_: unknown, { cache }: Folder) => fs.chownSync(cache, OTHER, 0),
    "the home is another's": (_: unknown, { env }: Folder) =>
      fs.chownSync(env["HOME"] ?? "", OTHER, 0),
    "a folder on the way is another's link": (_: unknown, { cache, dir }: Folder) => {
      fs.renameSync(dirname(cache), join(dir, "there"));
      fs.symlinkSync(join(dir, "there"), dirname(cache));
      fs.lchownSync(dirname(cache), OTHER, 0);
    },
  }),
};

for (const [name, change] of Object.entries(hands)) {
  test(`a kept plan is not used where ${name}`, () => {
    const folder = newFolder();
    const good = forge(folder);
    change(good, folder);
    assert.match(plan(folder, "good.yaml"), '"good"');
  });
}

test("nothing is kept in a folder of another's, and no link of theirs is followed", () => {
  if (!isRoot) return;
  const folder = newFolder();
  fs.chownSync(folder.env["HOME"] ?? "", OTHER, 0);
  plan(folder, "good.yaml");
  assert.not.ok(fs.existsSync(join(folder.env["HOME"] ?? "", ".cache")));
});

test("an own link on the way is followed, and folders below /tmp are fine", () => {
  const folder = newFolder();
  fs.mkdirSync(join(folder.dir, "caches"), { mode: 0o700 });
  fs.symlinkSync(join(folder.dir, "caches"), join(folder.env["HOME"] ?? "", ".cache"));
  forge(folder);
  assert.match(plan(folder, "good.yaml"), '"evil"');
});

test("what an included file says now is what counts", () => {
  const folder = newFolder();
  const library = join(folder.dir, "t.yaml");
  fs.writeFileSync(library, "templates: {t: {run: [echo, one]}}\n");
  fs.writeFileSync(
    join(folder.dir, "good.yaml"),
    "sandbox: x\ninclude: [t.yaml]\nprocesses: {a: {use: t}}\n",
  );
  assert.match(plan(folder, "good.yaml"), '"one"');
  fs.writeFileSync(library, "templates: {t: {run: [echo, two]}}\n");
  assert.match(plan(folder, "good.yaml"), '"two"');
});

test.run();
