/** What `${…}` stands for in a copy: the parameters, and the numbers of the copies it is in. Pure. */

import type { Scope, Value } from "../spec/expression.ts";

type Number = "replica" | "nest";

/** Names beside the parameters: a copy has two of its own at most, so the parameters are not copied. */
class CopyScope implements Scope {
  readonly params: Scope;
  readonly numbers: ReadonlyMap<string, number>;

  constructor(params: Scope, numbers: ReadonlyMap<string, number>) {
    this.params = params;
    this.numbers = numbers;
  }

  get(name: string): Value | undefined {
    return this.numbers.get(name) ?? this.params.get(name);
  }

  *keys(): Iterable<string> {
    yield* this.params.keys();
    yield* this.numbers.keys();
  }
}

/** The innermost copy's number is what a name stands for. */
export function withNumber(around: Scope, name: Number, value: number): Scope {
  const isCopy = around instanceof CopyScope;
  const numbers = new Map(isCopy ? around.numbers : []).set(name, value);
  return new CopyScope(isCopy ? around.params : around, numbers);
}
