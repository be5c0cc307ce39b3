/** Declarations that nothing uses: exports, functions of C headers, members of enumerations. */

import { codeOf, type Source } from "./source.ts";

const EXPORT =
  /^export (?:async )?(?:abstract )?(function\*?|const|let|class|interface|type) (\w+)/gm;

/**
 * `path: name` of exports that no other file of `users` mentions. A type may be exported for a
 * signature alone: it is dead where its own file does not mention it either.
 */
export function deadExports(sources: readonly Source[], users: readonly Source[]): string[] {
  const wordsBy = new Map(
    users.map(({ path, text }) => [path, identifiers(codeOf(text))] as const),
  );
  return sources.flatMap(({ path, text }) =>
    [...codeOf(text).matchAll(EXPORT)].flatMap(([, kind = "", name = ""]) => {
      const isType = kind === "interface" || kind === "type";
      const mentions = codeOf(text).match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0;
      const isUsed = [...wordsBy].some(([other, words]) => other !== path && words.has(name));
      return isUsed || (isType && mentions > 1) ? [] : [`${path}: ${name}`];
    }),
  );
}

/** `path: name` of functions that a header declares and no other C file calls. */
export function deadDeclarations(sources: readonly Source[], users: readonly Source[]): string[] {
  const wordsBy = users.map(({ path, text }) => ({ path, words: identifiers(codeOf(text)) }));
  return sources
    .filter(({ path }) => path.endsWith(".h"))
    .flatMap(({ path, text }) => {
      const own = path.replace(/\.h$/, "");
      return [...codeOf(text).matchAll(/^(?!static|#|typedef)[a-z].*?\b\**(\w+)\(/gm)].flatMap(
        ([, name = ""]) => {
          // A macro of the same header may be what calls it.
          const isInMacro = new RegExp(`^(?:#define|\\t).*\\b${name}\\(`, "m").test(text);
          const isUsed =
            isInMacro ||
            wordsBy.some(
              ({ path: other, words }) => !other.startsWith(`${own}.`) && words.has(name),
            );
          return isUsed ? [] : [`${path}: ${name}`];
        },
      );
    });
}

/**
 * Members of the layouts' enumerations that no one names: in C as `STEP_JOIN`, in TypeScript as
 * the literal "join". An enumeration whose C names are used by arithmetic alone is not found out.
 */
export function deadMembers(
  enums: Readonly<Record<string, readonly string[]>>,
  native: readonly Source[],
  sources: readonly Source[],
): string[] {
  const inC = new Set(native.flatMap(({ text }) => [...identifiers(codeOf(text))]));
  const inTs = sources.map(({ text }) => text).join("\n");
  return Object.entries(enums).flatMap(([name, members]) =>
    members.flatMap((member) => {
      const isInC = inC.has(`${name}_${member}`.toUpperCase());
      const isInTs = new RegExp(`["'.\\s]${member}["':\\s]`).test(inTs);
      // The shim alone makes steps: one that it never names cannot happen.
      return isInC || (name !== "step" && isInTs) ? [] : [`${name}.${member}`];
    }),
  );
}

/** What holds no value: it keeps the fields behind it where they are. */
const FILLERS = new Set(["unused", "padding"]);

/**
 * `struct.field` of the layouts' fields that no code reads: C as a member that is not assigned to,
 * TypeScript as a property, key or literal. One that shares its name with another member is missed. `sources` are without the layouts themselves.
 */
export function deadFields(
  layouts: Readonly<
    Record<string, { readonly fields: readonly (readonly [string, ...unknown[]])[] }>
  >,
  native: readonly Source[],
  sources: readonly Source[],
): string[] {
  const inC = native.map(({ text }) => codeOf(text)).join("\n");
  const inTs = sources.map(({ text }) => text).join("\n");
  return Object.entries(layouts).flatMap(([name, { fields }]) =>
    fields.flatMap(([field]) => {
      const isUsed =
        new RegExp(`(?:->|\\.)${field}\\b(?!\\s*=[^=])`).test(inC) ||
        new RegExp(`[."'{ ]${field}["'),\\s:;]`).test(inTs);
      return isUsed || FILLERS.has(field) ? [] : [`${name}.${field}`];
    }),
  );
}

function identifiers(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_$][\w$]*/g));
}
