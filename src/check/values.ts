/** Reading single values of a spec: durations, signals, limits, commands. Findings go to `diagnostics`. */

import { durationMs, signedDurationMs } from "../base/duration.ts";
import { SIGNAL_MAX } from "../base/kernel-limits.ts";
import { STOP_SCOPES } from "../base/process-defaults.ts";
import { sizeBytes } from "../base/size.ts";
import { wordsOf } from "../base/words.ts";
import { type Diagnostic, diagnostic } from "../diag/diagnostic.ts";
import { LIMIT_NAMES } from "../ir/limit-names.ts";
import type { Identity, Output, ResourceLimit, Stdin, Stop } from "../ir/process.ts";
import { SIGNALS, SIGRTMIN } from "../ir/signals.ts";
import { entriesOf, get, integerOf, isOpen, type Node, textOf } from "../spec/node.ts";
import { lookAlikeInWords } from "../spec/strange-characters.ts";
import { didYouMean } from "../spec/suggest.ts";

export function signalOf(node: Node | null, diagnostics: Diagnostic[]): number | null {
  if (node === null || isOpen(node)) return null;
  const text = textOf(node) ?? "";
  const name = text.toUpperCase().replace(/^SIG/, "");
  const rt = /^RTMIN(?:\+(\d+))?$/.exec(name);
  const number = rt ? SIGRTMIN + Number(rt[1] ?? 0) : (SIGNALS.get(name) ?? Number(text));
  if (Number.isInteger(number) && number >= 1 && number <= SIGNAL_MAX) return number;
  diagnostics.push(
    diagnostic("SBX2302", node.span, `there is no signal "${text}"`, {
      label: didYouMean(name, SIGNALS.keys()),
      help: "name it as in signal(7), such as TERM, or by a number from 1 to 64",
    }),
  );
  return null;
}

export function durationOf(node: Node | null, diagnostics: Diagnostic[]): number | null {
  if (node?.kind !== "scalar" || isOpen(node)) return null;
  const text = textOf(node) ?? "";
  const ms = durationMs(text);
  if (ms === null) {
    diagnostics.push(
      diagnostic("SBX2301", node.span, `"${text}" is no duration`, {
        help: "write a number and a unit: 250ms, 5s, 2m, 1h; at most 1193h",
      }),
    );
  }
  return ms;
}

/** As durationOf, but it may be negative. */
export function offsetOf(node: Node | null, diagnostics: Diagnostic[]): number | null {
  if (node?.kind !== "scalar" || isOpen(node)) return null;
  const text = textOf(node) ?? "";
  const ms = signedDurationMs(text);
  if (ms === null) {
    diagnostics.push(
      diagnostic("SBX2301", node.span, `"${text}" is no duration`, {
        help: "write a number and a unit, with a sign: -1h, 30m; at most 1193h",
      }),
    );
  }
  return ms;
}

export function stopOf(node: Node | null, fallback: Stop, diagnostics: Diagnostic[]): Stop {
  if (node === null) return fallback;
  return {
    signal: signalOf(get(node, "signal"), diagnostics) ?? fallback.signal,
    graceMs: durationOf(get(node, "grace"), diagnostics) ?? fallback.graceMs,
    scope: STOP_SCOPES.find((scope) => scope === textOf(get(node, "scope"))) ?? fallback.scope,
  };
}

/** By the digits as written: YAML 1.2 reads 022 as decimal twenty-two. */
export function umaskOf(node: Node | null, diagnostics: Diagnostic[]): number | null {
  if (node?.kind !== "scalar" || isOpen(node)) return null;
  const text = typeof node.value === "string" ? node.value : node.source;
  const digits = /^(?:0o|0)?([0-7]{1,3})$/.exec(text)?.[1];
  if (digits !== undefined) return Number.parseInt(digits, 8);
  if (typeof node.value === "number") {
    diagnostics.push(
      diagnostic("SBX2304", node.span, `"umask" cannot be ${text}`, {
        help: "write three octal digits such as 022",
      }),
    );
  }
  return null;
}

/** How the kernel and other tools write `unlimited`. Source: getrlimit(2). */
const RLIM_INFINITY = "18446744073709551615";

function limitValue(node: Node | null, diagnostics: Diagnostic[]): number | null | undefined {
  if (node?.kind !== "scalar" || isOpen(node)) return undefined;
  if (typeof node.value === "number" && Number.isSafeInteger(node.value)) return node.value;
  const text = textOf(node) ?? "";
  if (text === "unlimited" || text === RLIM_INFINITY) return null;
  const bytes = sizeBytes(text);
  if (bytes !== null) return bytes;
  diagnostics.push(
    diagnostic("SBX2303", node.span, `"${text}" is no limit`, {
      help: "write an integer below 2^53, a size such as 64M, or `unlimited` for more",
    }),
  );
  return undefined;
}

export function limitsOf(node: Node | null, diagnostics: Diagnostic[]): ResourceLimit[] {
  const limits: ResourceLimit[] = [];
  for (const { key, keySpan, value } of entriesOf(node)) {
    const resource = LIMIT_NAMES.indexOf(key);
    if (resource < 0) {
      diagnostics.push(
        diagnostic("SBX2303", keySpan, `there is no resource limit "${key}"`, {
          label: didYouMean(key.replace(/^RLIMIT_/i, ""), LIMIT_NAMES),
          help: `the limits are ${LIMIT_NAMES.join(", ")}`,
        }),
      );
      continue;
    }
    const isPair = value.kind === "map";
    const soft = limitValue(isPair ? get(value, "soft") : value, diagnostics);
    const hard = limitValue(isPair ? get(value, "hard") : value, diagnostics);
    const low = soft === undefined ? hard : soft;
    const high = hard === undefined ? soft : hard;
    if (low === undefined || high === undefined) continue;
    if ((low ?? Infinity) > (high ?? Infinity)) {
      diagnostics.push(
        diagnostic("SBX2314", value.span, `the soft limit of "${key}" is above the hard one`, {
          help: "lower `soft` or raise `hard`",
        }),
      );
    }
    limits.push({ name: key, resource, soft: low, hard: high });
  }
  return limits.toSorted((a, b) => a.resource - b.resource);
}

/** Null where it names nothing; what it does not name is as `around` has it, else 0 and no groups. */
export function identityOf(node: Node | null, around: Identity | null): Identity | null {
  const uid = integerOf(get(node, "uid"));
  const gid = integerOf(get(node, "gid"));
  const list = get(node, "groups");
  const groups = list?.kind === "list" ? list.items.map((item) => integerOf(item) ?? 0) : null;
  if (uid === null && gid === null && groups === null) return null;
  return {
    uid: uid ?? around?.uid ?? 0,
    gid: gid ?? around?.gid ?? 0,
    groups: groups ?? around?.groups ?? [],
  };
}

export function stringsOf(node: Node | null): string[] {
  return node?.kind === "list" ? node.items.map((item) => textOf(item) ?? "") : [];
}

export function commandOf(node: Node, diagnostics: Diagnostic[]): string[] | null {
  if (node.kind === "list") {
    if (node.items.some(isOpen)) return null;
    const argv = node.items.map((item) => textOf(item) ?? "");
    if (argv.length > 0 && argv[0] !== "") return argv;
  } else {
    const text = textOf(node);
    if (text === null) return null;
    const blank = node.kind === "scalar" ? lookAlikeInWords(node) : null;
    if (blank !== null) {
      diagnostics.push(blank);
      return null;
    }
    const words = wordsOf(text);
    if (words === null) {
      diagnostics.push(openQuote(node, text));
      return null;
    }
    if (words.length > 0 && words[0] !== "") return words;
  }
  diagnostics.push(
    diagnostic("SBX2006", node.span, "the command is empty", {
      help: "name a program and its arguments, such as `sleep 60`",
    }),
  );
  return null;
}

/** The quote may have come with a parameter: these are put in before the text is split into words. */
function openQuote(node: Node, text: string): Diagnostic {
  if (node.kind === "scalar" && node.isMade === true) {
    return diagnostic("SBX2007", node.span, "a quote is not closed once parameters are put in", {
      notes: [`the command is \`${text}\` then`],
      help: "write the command as a list: there a parameter is one argument, whatever it holds",
    });
  }
  return diagnostic("SBX2007", node.span, "a quote in this command is not closed", {
    help: "close the quote, or write the command as a list",
  });
}

/** What most processes have is one record. */
const NOTHING: Stdin & Output = { kind: "null" };
const LOG: Output = { kind: "log" };

export function stdinOf(node: Node | null): Stdin {
  const file = textOf(get(node, "file"));
  const text = textOf(get(node, "text"));
  if (file !== null) return { kind: "file", path: file };
  if (text !== null) return { kind: "text", text };
  return textOf(node) === "inherit" ? { kind: "inherit" } : NOTHING;
}

export function outputOf(node: Node | null): Output {
  const path = textOf(get(node, "file"));
  if (path !== null) return { kind: "file", path };
  if (node?.kind === "scalar" && (node.value === null || node.value === "null")) return NOTHING;
  const text = textOf(node);
  return text === "inherit" || text === "stdout" ? { kind: text } : LOG;
}
