/** Diagnostics as a SARIF 2.1.0 log, for code scanning. Source: OASIS sarif-v2.1.0. Pure. */

import pkg from "../../package.json" with { type: "json" };
import { escapeJson } from "../base/escape.ts";
import type { Span } from "../base/span.ts";
import type { CodePage } from "./code-page.ts";
import { type Code, codes } from "./codes.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { Lines } from "./lines.ts";
import { omittedText, shownOf } from "./shown.ts";

/** The whole log, indented, with a final newline. */
export function sarifText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): string {
  const lines = new Map([...sources].map(([file, text]) => [file, new Lines(text)] as const));
  const { diagnostics: shown, omitted } = shownOf(diagnostics);
  const named = [...new Set(shown.map(({ code }) => code))].toSorted();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "sandbox", version: pkg.version, rules: named.map(rule) } },
        columnKind: "utf16CodeUnits",
        ...(omitted > 0 && {
          invocations: [
            {
              executionSuccessful: true,
              toolExecutionNotifications: [
                { level: "warning", message: { text: omittedText(omitted) } },
              ],
            },
          ],
        }),
        results: shown.map((finding) => result(finding, named, lines)),
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

function result(finding: Diagnostic, named: readonly Code[], sources: ReadonlyMap<string, Lines>) {
  const { code, severity, message, label, notes, help, span, related } = finding;
  const text = [message, label, ...notes, help].filter((part) => part !== "").join("\n");
  return {
    ruleId: code,
    ruleIndex: named.indexOf(code),
    level: severity,
    message: { text },
    locations: span.file === "" ? [] : [location(span, sources)],
    ...(related.length > 0 && {
      relatedLocations: related.map((each) => ({
        ...location(each.span, sources),
        message: { text: each.label },
      })),
    }),
  };
}

function location({ file, start, end }: Span, sources: ReadonlyMap<string, Lines>) {
  const lines = sources.get(file);
  const artifactLocation = { uri: file.split("/").map(encodeURIComponent).join("/") };
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
