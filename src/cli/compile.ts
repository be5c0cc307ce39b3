/** Reading a spec or an image into a plan, for every command that needs one. I/O. */

import * as fs from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import pkg from "../../package.json" with { type: "json" };
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { humanText } from "../diag/human.ts";
import type { Plan } from "../plan/plan.ts";
import { decodeImage, isImage } from "../wire/decode.ts";
import { hasColour, STDERR, write } from "./terminal.ts";

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
export async function compileFile(file: string): Promise<Compiled | number> {
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
  const hasher = new Bun.CryptoHasher("sha256").update(`${pkg.version}\0${file}\0`);
  const cached = cachePath(hasher.update(bytes).digest("hex"));
  return fromCache(cached, dir) ?? (await compileText(file, bytes, cached, dir));
}

function fromCache(path: string, dir: string): Compiled | null {
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
): Promise<Compiled | number> {
  const { checkSpec } = await import("../check/check.ts");
  const { planOf } = await import("../plan/plan-of.ts");
  const { planHash } = await import("../plan/canonical.ts");
  const { encodeImage } = await import("../wire/encode.ts");
  const text = new TextDecoder().decode(bytes);
  const { diagnostics, ir } = checkSpec({ file, text });
  printDiagnostics(diagnostics, new Map([[file, text]]));
  if (ir === null) return 2;
  const plan = planOf(ir);
  const image = encodeImage(plan);
  // A spec with warnings is compiled again each time, so that they are seen each time.
  if (diagnostics.length === 0) keep(cached, image);
  return { plan, hash: planHash(plan), image, dir };
}

/** Written beside and renamed, so that no reader sees a part. A cache that cannot be written is none. */
function keep(path: string, image: Uint8Array): void {
  const partial = `${path}.${process.pid}`;
  try {
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    fs.writeFileSync(partial, image, { mode: 0o600 });
    fs.renameSync(partial, path);
  } catch {
    fs.rmSync(partial, { force: true });
  }
}

export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): void {
  if (diagnostics.length === 0) return;
  write(STDERR, `${humanText(diagnostics, sources, { colour: hasColour(STDERR) })}\n`);
}
