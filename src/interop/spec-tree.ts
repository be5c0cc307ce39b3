/** A spec as a tree that a tool builds and writes as text, with remarks. Pure. */

import * as YAML from "yaml";
import { escapeQuoted, escapeText, isUnwritable } from "../base/escape.ts";
import { wordsOf } from "../base/words.ts";
import { formatSpec } from "../spec/format.ts";

/** `base + replica * (number of the replica) + nest * (number of the nested copy)`. */
export interface Linear {
  readonly base: number;
  readonly replica: number;
  readonly nest: number;
}

/** Text in which copies differ by their numbers; with `isNumber` a number. */
export class Pattern {
  readonly parts: readonly (string | Linear)[];
  readonly isNumber: boolean;

  constructor(parts: readonly (string | Linear)[], isNumber: boolean) {
    this.parts = parts;
    this.isNumber = isNumber;
  }
}

export type SpecValue = string | number | boolean | null | Pattern | SpecMap | readonly SpecValue[];

/** Fields in order, each with the remarks to write above it. */
export class SpecMap {
  readonly fields = new Map<string, SpecValue>();
  readonly remarks = new Map<string, readonly string[]>();

  /** Ignores undefined values and empty maps. */
  put(key: string, value: SpecValue | undefined, remarks: readonly string[] = []): this {
    if (value === undefined || (value instanceof SpecMap && value.fields.size === 0)) return this;
    this.fields.set(key, value);
    if (remarks.length > 0) this.remarks.set(key, remarks);
    return this;
  }
}

export function specMap(fields: Readonly<Record<string, SpecValue | undefined>>): SpecMap {
  const map = new SpecMap();
  for (const [key, value] of Object.entries(fields)) map.put(key, value);
  return map;
}

/** Canonical text, as `sandbox fmt` leaves it, with `header` as comment lines at the top. */
export function specText(root: SpecMap, header: readonly string[]): string {
  const document = new YAML.Document();
  document.contents = mapNode(root, BLOCKS) as YAML.YAMLMap<unknown, unknown>;
  if (header.length > 0) document.commentBefore = commentOf(header);
  const text = document.toString({
    indent: 2,
    lineWidth: 0,
    flowCollectionPadding: false,
    singleQuote: false,
  });
  const made = formatSpec(text.replace(/^((?:#.*\n)+)\n/, "$1"));
  const formatted = made.ok ? made.text : text;
  return escapeQuoted(formatted);
}

function commentOf(lines: readonly string[]): string {
  return lines.map((line) => ` ${escapeText(line)}`).join("\n");
}

/** Which maps below a map are written as blocks; others take one line where they fit. */
interface Blocks {
  readonly [key: string]: Blocks;
}
const PROCESSES: Blocks = {};
const BLOCKS: Blocks = {
  processes: PROCESSES,
  sandboxes: new Proxy({}, { get: () => BLOCKS, has: () => true }),
};

function mapNode(map: SpecMap, blocks: Blocks | null): YAML.YAMLMap {
  const node = new YAML.YAMLMap();
  node.flow = blocks === null && ![...map.fields.values()].some(hasLines);
  for (const [key, value] of map.fields) {
    const below = blocks === null ? null : (blocks[key] ?? null);
    const isProcess = blocks === PROCESSES;
    const keyNode = scalar(key);
    const remarks = map.remarks.get(key);
    if (remarks !== undefined) keyNode.commentBefore = commentOf(remarks);
    node.add(new YAML.Pair(keyNode, isProcess ? processNode(value) : valueNode(key, value, below)));
  }
  return node;
}

function hasLines(value: SpecValue): boolean {
  return typeof value === "string" && value.includes("\n");
}

/** Writes a process that has nothing but `run` as its command. */
function processNode(value: SpecValue): YAML.Node {
  const run = value instanceof SpecMap && value.fields.size === 1 ? value.fields.get("run") : null;
  return run == null ? valueNode("", value, null) : valueNode("run", run, null);
}

function valueNode(key: string, value: SpecValue, blocks: Blocks | null): YAML.Node {
  if (value instanceof SpecMap) return mapNode(value, blocks);
  if (Array.isArray(value)) return listNode(key, value);
  if (value instanceof Pattern) return scalar(patternText(value));
  return typeof value === "string" ? scalar(escaped(value)) : new YAML.Scalar(value);
}

/** Quotes text that is not safe to print, so that it can be escaped at the end. */
function scalar(text: string): YAML.Scalar {
  const node = new YAML.Scalar(text);
  if (isUnwritable(text)) node.type = "QUOTE_DOUBLE";
  return node;
}

function listNode(key: string, items: readonly SpecValue[]): YAML.Node {
  const line = key === "run" ? commandLine(items) : null;
  if (line !== null) return new YAML.Scalar(line);
  const node = new YAML.YAMLSeq();
  node.flow = true;
  for (const item of items) node.add(valueNode("", item, null));
  return node;
}

const PLAIN_WORD = /^[A-Za-z0-9_.,:=@%+/-]+$/;

/** Arguments as one line; null where they need quotes. */
function commandLine(items: readonly SpecValue[]): string | null {
  const isPlain = (item: SpecValue) =>
    item instanceof Pattern
      ? item.parts.every((part) => typeof part !== "string" || PLAIN_WORD.test(part))
      : typeof item === "string" && PLAIN_WORD.test(item);
  if (!items.every(isPlain)) return null;
  const texts = items.map((item) => (item instanceof Pattern ? patternText(item) : String(item)));
  if (texts.some((text) => text.includes("${"))) return texts.join(" ");
  return wordsOf(texts.join(" "))?.length === items.length ? texts.join(" ") : null;
}

/** `${` begins an expression; `$${` is the text. */
function escaped(text: string): string {
  return text.split("${").join("$${");
}

function patternText({ parts }: Pattern): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return escaped(part);
      const isVaried = part.replica !== 0 || part.nest !== 0;
      return isVaried ? `\${${linearText(part)}}` : String(part.base);
    })
    .join("");
}

function linearText({ base, replica, nest }: Linear): string {
  const terms = [
    { factor: nest, name: "nest" },
    { factor: replica, name: "replica" },
    { factor: base, name: "" },
  ].filter(({ factor }) => factor !== 0);
  const text = ({ factor, name }: { factor: number; name: string }) => {
    const size = Math.abs(factor);
    if (name === "") return String(size);
    return size === 1 ? name : `${name} * ${size}`;
  };
  const up = terms.filter(({ factor }) => factor > 0).map(text);
  const down = terms.filter(({ factor }) => factor < 0).map((term) => ` - ${text(term)}`);
  return `${up.length === 0 ? "0" : up.join(" + ")}${down.join("")}`;
}
