/** `${…}` in text: integer arithmetic over named values, and what is wrong with it. Pure. */

/** What a parameter, `replica` or `nest` stands for. */
export type Value = string | number | boolean;

/** What names stand for; a Map is one. */
export interface Scope {
  get(name: string): Value | undefined;
  keys(): Iterable<string>;
}

export interface Problem {
  readonly code: "SBX2012" | "SBX2309" | "SBX2311" | "SBX2312";
  readonly message: string;
  readonly help: string;
  /** Name that nothing has, for a suggestion; else null. */
  readonly unknown: string | null;
  /** Range in the text. */
  readonly start: number;
  readonly end: number;
}

export type Interpolated =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Literal text, or an expression with its place. */
type Part =
  | string
  | {
      readonly body: string;
      readonly isClosed: boolean;
      readonly start: number;
      readonly end: number;
    };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const TOKEN = /\s*(?:(\d+)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/%()]))/y;

/** Parentheses within parentheses; the parser recurses. */
const DEPTH_MAX = 64;

export function hasExpression(text: string): boolean {
  return text.includes("${");
}

/** Digits of any number that is worked out, with its sign. */
const NUMBER_LENGTH_MAX = 17;

const SIGN = /[A-Za-z_0-9]+|[-+*/%()]/g;

/** How long `text` is once its expressions have their values, at most, and the signs in these. */
export function costOf(text: string, scope: Scope): { length: number; operations: number } {
  let length = 0;
  let operations = 0;
  for (const part of partsOf(text)) {
    if (typeof part === "string") {
      length += part.length;
      continue;
    }
    operations += part.body.match(SIGN)?.length ?? 1;
    const value = scope.get(part.body.trim());
    length += typeof value === "string" ? value.length : NUMBER_LENGTH_MAX;
  }
  return { length, operations };
}

/** Every name that the expressions of `text` use, mistakes aside. */
export function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  for (const part of partsOf(text)) {
    if (typeof part === "string") continue;
    for (const [name] of part.body.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)) names.add(name);
  }
  return names;
}

/**
 * `$${` is a literal `${`. Text that is one expression and nothing else takes that one's type; in
 * other text the values stand as text.
 */
export function interpolate(text: string, scope: Scope): Interpolated {
  const parts = partsOf(text);
  const problems: Problem[] = [];
  const values = parts.map((part): Value => {
    if (typeof part === "string") return part;
    const result = evaluate(part, scope);
    if (result.ok) return result.value;
    problems.push(...result.problems);
    return "";
  });
  if (problems.length > 0) return { ok: false, problems };
  const [only] = values;
  if (values.length === 1 && only !== undefined) return { ok: true, value: only };
  return { ok: true, value: values.join("") };
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let literal = "";
  let at = 0;
  for (let open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
    if (text[open - 1] === "$" && open - 1 >= at) {
      literal += `${text.slice(at, open - 1)}\${`;
      at = open + 2;
      continue;
    }
    literal += text.slice(at, open);
    const close = text.indexOf("}", open);
    const end = close < 0 ? text.length : close + 1;
    if (literal !== "") parts.push(literal);
    literal = "";
    const isClosed = close >= 0;
    parts.push({ body: text.slice(open + 2, isClosed ? close : end), isClosed, start: open, end });
    at = end;
  }
  literal += text.slice(at);
  if (literal !== "" || parts.length === 0) parts.push(literal);
  return parts;
}

type Reference = Exclude<Part, string>;

function evaluate(part: Reference, scope: Scope): Interpolated {
  if (!part.isClosed) return { ok: false, problems: [unclosed(part)] };
  const only = part.body.trim();
  if (NAME.test(only)) {
    const value = scope.get(only);
    return value === undefined
      ? { ok: false, problems: [unknownName(only, part)] }
      : { ok: true, value };
  }
  if (PLANNED_PID.test(only)) return { ok: false, problems: [plannedPid(only, part)] };
  return new Arithmetic(part, scope).value();
}

/** The PID of a process as the plan has it, in a later version: `pid.PATH`, `pid.PATH@SANDBOX`. */
const PLANNED_PID = /^pid\.[\w./-]+(?:@[\w./-]+)?$/;

function plannedPid(body: string, { start, end }: Reference): Problem {
  return {
    code: "SBX2012",
    message: `\`\${${body}}\` is known, but not built yet`,
    help: "write the number that `sandbox plan` shows, and pin it with `pid`",
    unknown: null,
    start,
    end,
  };
}

function unclosed({ start, end }: Reference): Problem {
  return {
    code: "SBX2311",
    message: "an expression is not closed",
    help: "end it with `}`; write `$${` for a literal `${`",
    unknown: null,
    start,
    end,
  };
}

function unknownName(name: string, { start, end }: Reference): Problem {
  return {
    code: "SBX2309",
    message: `unknown parameter "${name}"`,
    help: "declare it under `params`; write `$${` for a literal `${`, or `$NAME` in a script",
    unknown: name,
    start,
    end,
  };
}

const HELPS = {
  SBX2311: "write names, integers, `+ - * / %` and parentheses, such as `${depth - 1}`",
  SBX2312: "calculate with integers only",
} as const;

/** What only a shell expands. Source: POSIX Shell, section 2.6.2. */
const SHELL_EXPANSION = /^(?:[A-Za-z_]\w*(?::?[-=?+]|##?|%%?[^\d\s(])|[#!][A-Za-z_])/;

function ofShell(body: string): { readonly message: string; readonly help: string } {
  return {
    message: `\`\${${body}}\` is for a shell to expand`,
    help: `write \`$\${${body}}\`, which the shell sees with one \`$\`; a parameter has its default under \`params\``,
  };
}

/** Recursive descent over `+ - * / %`, signs and parentheses, on integers. */
class Arithmetic {
  readonly #part: Reference;
  readonly #scope: Scope;
  readonly #tokens: string[] = [];
  #at = 0;
  #depth = 0;
  #problem: Problem | null = null;

  constructor(part: Reference, scope: Scope) {
    this.#part = part;
    this.#scope = scope;
    TOKEN.lastIndex = 0;
    const body = part.body.trimEnd();
    while (TOKEN.lastIndex < body.length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(body);
      if (match === null) {
        this.#fail("SBX2311", `"${body.slice(from).trim().slice(0, 20)}" is no arithmetic`);
        return;
      }
      this.#tokens.push(match[1] ?? match[2] ?? match[3] ?? "");
    }
    if (this.#tokens.length === 0) this.#fail("SBX2311", "nothing stands between the braces");
  }

  value(): Interpolated {
    const value = this.#problem === null ? this.#sum() : 0;
    if (this.#problem === null && this.#at < this.#tokens.length) {
      this.#fail("SBX2311", `"${this.#tokens[this.#at]}" is not expected here`);
    }
    if (this.#problem === null && !Number.isSafeInteger(value)) {
      this.#fail("SBX2312", "the result is beyond 2^53");
    }
    // No negative zero.
    return this.#problem === null
      ? { ok: true, value: value + 0 }
      : { ok: false, problems: [this.#problem] };
  }

  #fail(code: "SBX2311" | "SBX2312", message: string): number {
    const { start, end, body } = this.#part;
    const what = SHELL_EXPANSION.test(body) ? ofShell(body) : { message, help: HELPS[code] };
    this.#problem ??= { code, ...what, unknown: null, start, end };
    return 0;
  }

  #sum(): number {
    let left = this.#product();
    for (let sign = this.#take("+", "-"); sign !== null; sign = this.#take("+", "-")) {
      const right = this.#product();
      left = sign === "+" ? left + right : left - right;
    }
    return left;
  }

  #product(): number {
    let left = this.#unary();
    for (let sign = this.#take("*", "/", "%"); sign !== null; sign = this.#take("*", "/", "%")) {
      const right = this.#unary();
      if (sign === "*") left *= right;
      else if (right === 0) return this.#fail("SBX2312", "a division by zero");
      else left = sign === "/" ? Math.trunc(left / right) : left % right;
    }
    return left;
  }

  #unary(): number {
    let sign = 1;
    while (this.#take("-") !== null) sign = -sign;
    return sign * this.#primary();
  }

  #primary(): number {
    const token = this.#tokens[this.#at++];
    if (token === undefined) return this.#fail("SBX2311", "the expression ends too early");
    if (/^\d/.test(token)) return Number(token);
    if (token === "(") {
      if (++this.#depth > DEPTH_MAX) return this.#fail("SBX2311", "too many parentheses");
      const inner = this.#sum();
      this.#depth--;
      return this.#take(")") === null
        ? this.#fail("SBX2311", "a parenthesis is not closed")
        : inner;
    }
    if (!NAME.test(token)) return this.#fail("SBX2311", `"${token}" is not expected here`);
    const value = this.#scope.get(token);
    if (value === undefined) {
      this.#problem ??= unknownName(token, this.#part);
      return 0;
    }
    if (typeof value === "number" && Number.isInteger(value)) return value;
    return this.#fail("SBX2312", `"${token}" is ${JSON.stringify(value)}, which is no integer`);
  }

  #take(...wanted: readonly string[]): string | null {
    const token = this.#tokens[this.#at];
    if (this.#problem !== null || token === undefined || !wanted.includes(token)) return null;
    this.#at++;
    return token;
  }
}
