/** Reading a spec or an image into a plan, for every command that needs one. I/O. */

import * as fs from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import pkg from "../../package.json" with { type: "json" };
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { humanText } from "../diag/human.ts";
import type { Plan } from "../plan/plan.ts";
import type { Surroundings } from "../spec/expand.ts";
import type { Given } from "../spec/params.ts";
import { decodeImage, isImage } from "../wire/decode.ts";
import { WIRE_VERSION } from "../wire/layout.ts";
import { columnsOf, hasColour, isTerminal, STDERR, write } from "./terminal.ts";

export interface Compiled {
  readonly plan: Plan;
  /** `sha256:` and hex. */
  readonly hash: string;
  readonly image: Uint8Array;
  /** Absolute: where the spec is, and where its processes start. */
  readonly dir: string;
}

/** Where plans of unchanged specs are kept. */
function cachePath(key: string): string {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "sandbox", "plans", key);
}

/** Prints what is wrong, and returns the exit code instead, where there is no plan. */
export async function compileFile(file: string, given: Given = {}): Promise<Compiled | number> {
  let bytes: Uint8Array;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable";
    const help = "name an existing spec, or write one: see `sandbox --help`";
    printDiagnostics(
      [diagnostic("SBX3002", null, `cannot read "${file}" (${why})`, { help })],
      new Map(),
    );
    return 2;
  }
  const dir = dirname(resolve(file));
  if (isImage(bytes)) {
    const decoded = decodeImage(bytes);
    if (decoded.ok) return { plan: decoded.plan, hash: decoded.hash, image: bytes, dir };
    const help = "make it again with `sandbox plan -o`";
    printDiagnostics(
      [
        diagnostic("SBX3002", null, `"${file}" is no plan for this version: ${decoded.reason}`, {
          help,
        }),
      ],
      new Map(),
    );
    return 2;
  }
  const around = surroundings(given);
  const cached = cachePath(sha256(pkg.version, String(WIRE_VERSION), file, bytes, values(around)));
  return fromCache(cached, dir) ?? (await compileText(file, bytes, cached, dir, around));
}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) hasher.update(part).update("\0");
  return hasher.digest("hex");
}

function values({ given, environment }: Surroundings): string {
  const ordered = (all: Given) => Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([ordered(given), ordered(environment)]);
}

/** What this program's caller brings: values of parameters, and files to include. */
export function surroundings(given: Given): Surroundings {
  const prefix = "SANDBOX_PARAM_";
  const environment = Object.entries(process.env).flatMap(([key, value]): [string, string][] =>
    key.startsWith(prefix) && value !== undefined ? [[key.slice(prefix.length), value]] : [],
  );
  return { given, environment: Object.fromEntries(environment), load };
}

function load(path: string): string | null {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** A plan is kept with the digest of each file that its spec includes. */
function areAsBefore(path: string): boolean {
  let included: [string, string][];
  try {
    included = JSON.parse(fs.readFileSync(`${path}.included`, "utf8"));
  } catch {
    return true;
  }
  return included.every(([file, digest]) => sha256(load(file) ?? "") === digest);
}

function fromCache(path: string, dir: string): Compiled | null {
  if (!areAsBefore(path)) return null;
  try {
    const image = fs.readFileSync(path);
    const decoded = decodeImage(image);
    return decoded.ok ? { plan: decoded.plan, hash: decoded.hash, image, dir } : null;
  } catch {
    return null;
  }
}

async function compileText(
  file: string,
  bytes: Uint8Array,
  cached: string,
  dir: string,
  around: Surroundings,
): Promise<Compiled | number> {
  const { checkSpec } = await import("../check/check.ts");
  const { planOf } = await import("../plan/plan-of.ts");
  const { planHash } = await import("../plan/canonical.ts");
  const { encodeImage } = await import("../wire/encode.ts");
  const text = new TextDecoder().decode(bytes);
  const { diagnostics, ir, sources } = checkSpec({ file, text }, around);
  printDiagnostics(diagnostics, sources);
  if (ir === null) return 2;
  const plan = planOf(ir);
  const image = encodeImage(plan);
  // A spec with warnings is compiled again each time, so that they are seen each time.
  if (diagnostics.length === 0) {
    const included = [...sources].slice(1).map(([path, source]) => [path, sha256(source)]);
    const isKept = included.length === 0 || keep(`${cached}.included`, JSON.stringify(included));
    if (isKept) keep(cached, image);
  }
  return { plan, hash: planHash(plan), image, dir };
}

/** Written beside and renamed, so that no reader sees a part. A cache that cannot be written is none. */
function keep(path: string, image: Uint8Array | string): boolean {
  const partial = `${path}.${process.pid}`;
  try {
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    fs.writeFileSync(partial, image, { mode: 0o600 });
    fs.renameSync(partial, path);
    return true;
  } catch {
    fs.rmSync(partial, { force: true });
    return false;
  }
}

export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): void {
  if (diagnostics.length === 0) return;
  write(
    STDERR,
    `${humanText(diagnostics, sources, {
      colour: hasColour(STDERR),
      columns: isTerminal(STDERR) ? columnsOf(STDERR) : null,
    })}\n`,
  );
}
