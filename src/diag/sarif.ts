/** Diagnostics as a SARIF 2.1.0 log, for code scanning. Source: OASIS sarif-v2.1.0. Pure. */

import pkg from "../../package.json" with { type: "json" };
import { escapeJson } from "../base/escape.ts";
import type { Span } from "../base/span.ts";
import type { CodePage } from "./code-page.ts";
import { type Code, codes } from "./codes.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { Lines } from "./lines.ts";
import { omittedText, shownOf } from "./shown.ts";

/** The path of a file as a forge knows it; of one that it does not know, with a leading slash. */
export type PathOf = (file: string) => string;

/** The whole log, indented, with a final newline. */
export function sarifText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  pathOf: PathOf = (file) => file,
): string {
  const lines = new Map([...sources].map(([file, text]) => [file, new Lines(text)] as const));
  const { diagnostics: shown, omitted } = shownOf(diagnostics);
  // A result without a location is refused by GitHub, with all the others.
  const results = shown.filter(({ span }) => span.file !== "");
  const notifications = [
    ...shown.filter(({ span }) => span.file === "").map(notification),
    ...(omitted > 0 ? [{ level: "warning", message: { text: omittedText(omitted) } }] : []),
  ];
  const named = [...new Set(results.map(({ code }) => code))].toSorted();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "sandbox", version: pkg.version, rules: named.map(rule) } },
        columnKind: "utf16CodeUnits",
        ...(notifications.length > 0 && {
          invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
        }),
        results: results.map((finding) => result(finding, named, lines, pathOf)),
      },
    ],
  };
  return `${escapeJson(JSON.stringify(log, null, 2))}\n`;
}

function rule(code: Code) {
  const { name, text, severity }: CodePage = codes[code];
  const pascal = name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return {
    id: code,
    name: pascal,
    shortDescription: { text: name.replaceAll("-", " ") },
    fullDescription: { text },
    defaultConfiguration: { level: severity },
  };
}

function textOf({ message, label, notes, help }: Diagnostic): string {
  return [message, label, ...notes, help].filter((part) => part !== "").join("\n");
}

/** What is about no file, such as the command line. */
function notification(finding: Diagnostic) {
  const { code, severity } = finding;
  return { level: severity, descriptor: { id: code }, message: { text: textOf(finding) } };
}

function result(
  finding: Diagnostic,
  named: readonly Code[],
  sources: ReadonlyMap<string, Lines>,
  pathOf: PathOf,
) {
  const { code, severity, span, related } = finding;
  return {
    ruleId: code,
    ruleIndex: named.indexOf(code),
    level: severity,
    message: { text: textOf(finding) },
    locations: [location(span, sources, pathOf)],
    ...(related.length > 0 && {
      relatedLocations: related.map((each) => ({
        ...location(each.span, sources, pathOf),
        message: { text: each.label },
      })),
    }),
  };
}

function location({ file, start, end }: Span, sources: ReadonlyMap<string, Lines>, pathOf: PathOf) {
  const lines = sources.get(file);
  const artifactLocation = { uri: uriOf(pathOf(file)) };
  if (lines === undefined) return { physicalLocation: { artifactLocation } };
  const from = lines.position(start);
  const to = lines.position(Math.max(start, end));
  const region = {
    startLine: from.line,
    startColumn: from.column,
    endLine: to.line,
    endColumn: to.column,
  };
  return { physicalLocation: { artifactLocation, region } };
}

function uriOf(path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${encoded}` : encoded;
}
