/** Reading a spec or an image into a plan, for every command that needs one. I/O. */

import { dirname, resolve } from "node:path";
import { EXIT } from "../base/exit-codes.ts";
import { diagnostic } from "../diag/diagnostic.ts";
import { type CacheEntry, entryFor, keepRight, keptPlan } from "../engine/cache.ts";
import { compileInputs, readSpecFile, type SpecOptions } from "../engine/compile-inputs.ts";
import type { Plan } from "../plan/plan.ts";
import type { CompileInputs } from "../spec/expand.ts";
import type { Load } from "../spec/include.ts";
import { type Decoded, decodeImage } from "../wire/decode.ts";
import { isImage } from "../wire/image-file.ts";
import type { Params } from "../wire/params.ts";
import { printDiagnostics } from "./print.ts";

/** A spec of more bytes is compiled in ten times as long as it takes to collect what is left. */
const COLLECTED_SIZE = 1024 * 1024;

export interface Compiled {
  readonly plan: Plan;
  /** `sha256:` and hex. */
  readonly hash: string;
  readonly image: Uint8Array;
  readonly params: Params;
  /** Absolute: where the spec is, and where its processes start. */
  readonly dir: string;
  /** Reads what findings about the plan may quote. */
  readonly load: Load;
}

/**
 * `-` is standard input. Prints what is wrong, and returns the exit code instead, where there is no
 * plan.
 */
export async function compileFile(file: string, options: SpecOptions): Promise<Compiled | number> {
  const read = readSpecFile(file, options);
  if (!read.ok) {
    const { unreadable } = await import("./unreadable.ts");
    printDiagnostics([unreadable(file, read)], new Map());
    return EXIT.spec;
  }
  const { bytes } = read;
  const dir = dirname(resolve(file));
  const around = compileInputs(file, options);
  if (isImage(bytes)) return fromImage(file, bytes, dir, around.load);
  const entry = entryFor(file, bytes, around);
  return fromCache(entry, around, dir) ?? (await compileText(file, bytes, entry, dir, around));
}

/** An image with a flipped bit is no plan that anybody wrote: its hash is another. */
async function fromImage(
  file: string,
  bytes: Uint8Array,
  dir: string,
  load: Load,
): Promise<Compiled | number> {
  const { planHash } = await import("../plan/canonical.ts");
  const decoded = decodeImage(bytes);
  const isWhole = decoded.ok && planHash(decoded.plan) === decoded.hash;
  if (decoded.ok && isWhole) return compiledOf(decoded, bytes, dir, load);
  const why = decoded.ok ? "its content is not what its hash says" : decoded.reason;
  const message = `"${file}" is no plan for this version: ${why}`;
  const help = "make it again with `sandbox plan -o`";
  printDiagnostics([diagnostic("SBX3002", null, message, { help })], new Map());
  return EXIT.spec;
}

function fromCache(entry: CacheEntry | null, around: CompileInputs, dir: string): Compiled | null {
  const image = keptPlan(entry, around);
  if (image === null) return null;
  const decoded = decodeImage(image);
  return decoded.ok ? compiledOf(decoded, image, dir, around.load) : null;
}

function compiledOf(
  { plan, hash, params }: Extract<Decoded, { ok: true }>,
  image: Uint8Array,
  dir: string,
  load: Load,
): Compiled {
  return { plan, hash, image, params, dir, load };
}

/**
 * What a large plan was made of makes way for its image: by itself the collector would wait until
 * there is as much again. It would also keep what calls have left the addresses of on the stack.
 */
async function collected(): Promise<void> {
  await Bun.sleep(0);
  Bun.gc(true);
}

async function compileText(
  file: string,
  bytes: Uint8Array,
  entry: CacheEntry | null,
  dir: string,
  around: CompileInputs,
): Promise<Compiled | number> {
  const { checkSpec } = await import("../check/check.ts");
  const { planOf } = await import("../plan/plan-of.ts");
  const { planHash } = await import("../plan/canonical.ts");
  const { encodeImage } = await import("../wire/encode.ts");
  const text = new TextDecoder().decode(bytes);
  const { diagnostics, ir, sources, params = {} } = checkSpec({ file, text }, around);
  printDiagnostics(diagnostics, sources);
  if (ir === null) return EXIT.spec;
  const plan = planOf(ir);
  const hash = planHash(plan);
  if (bytes.length > COLLECTED_SIZE) await collected();
  const image = encodeImage(plan, hash, { sources, params });
  // A spec with warnings is compiled again each time, so that they are seen each time.
  if (diagnostics.length === 0) keepRight(entry, sources, image);
  return { plan, hash, image, params, dir, load: around.load };
}
