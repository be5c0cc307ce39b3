/**
 * The spec's schema as plain data, made from `schema.ts` by `npm run gen`: so no command has to
 * build it, or to load the library it is written with.
 */

import generated from "./definitions.gen.json" with { type: "json" };

/** The part of JSON Schema that the spec's schema uses. */
export interface SchemaPart {
  readonly type?: string;
  readonly $ref?: string;
  readonly anyOf?: readonly SchemaPart[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, SchemaPart>>;
  readonly items?: SchemaPart;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** Code of the finding where the pattern does not match; without one, SBX2008. */
  readonly $comment?: string;
}

/** Named parts; `Spec` is the root. */
export type PartName = keyof typeof generated;

export const definitions: Readonly<Record<string, SchemaPart>> = generated as Readonly<
  Record<PartName, unknown>
> as Readonly<Record<string, SchemaPart>>;

/** A reference's target, or the part itself. */
export function resolved(part: SchemaPart): SchemaPart {
  return part.$ref === undefined ? part : (definitions[part.$ref] ?? {});
}

/** A union's alternatives, or the part itself. */
export function branchesOf(part: SchemaPart): SchemaPart[] {
  const whole = resolved(part);
  return (whole.anyOf ?? [whole]).map(resolved);
}
