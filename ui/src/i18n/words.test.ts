// Do both languages say the same things, is everything that is shown said in both, and is nothing said that no one shows?
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

import en from "./en";
import zh from "./zh";

const SRC = join(import.meta.dirname, "..");
const CJK = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;
/** Attributes whose text a person reads or hears. */
const VISIBLE =
  /^(title|label|placeholder|alt|text|lead|note|name|extra|okText|cancelText|content|description|tooltip|aria-label|aria-description)$/;
/** Components for which `name` is a field and not a text. */
const FIELD = /^(Form\.Item|Form\.List|PropertyList|input)$/;
/** Names of things that are the same in every language. */
const SAME = new Set(["UEMS", "JSON", "CSV", "SQL", "UTC"]);

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.|\.d\.ts$/.test(entry.name) ? [path] : [];
  });
}

const SOURCES = files(SRC)
  .filter((path) => !path.includes("/i18n/"))
  .map((path) => ({ path: relative(SRC, path), text: readFileSync(path, "utf-8") }));

function leaves(words: object, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words) as [string, unknown][]) {
    if (typeof value === "string") found.set(prefix + key, value);
    else if (typeof value === "object" && value !== null) for (const [k, v] of leaves(value, `${prefix}${key}.`)) found.set(k, v);
  }
  return found;
}

const EN = leaves(en);
const ZH = leaves(zh);

function visibleTexts(path: string, text: string): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const report = (node: ts.Node, shown: string): void => {
    const words = shown.trim();
    if (/\p{L}{2}/u.test(words) && !SAME.has(words)) {
      found.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${JSON.stringify(words)}`);
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) report(node, node.text);
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteral(node.expression) && !ts.isJsxAttribute(node.parent))
      report(node, node.expression.text);
    if (ts.isJsxAttribute(node) && node.initializer && ts.isStringLiteral(node.initializer)) {
      const name = node.name.getText();
      const element = node.parent.parent.tagName.getText();
      if (VISIBLE.test(name) && !(name === "name" && FIELD.test(element))) report(node, node.initializer.text);
    }
    if ((ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) && CJK.test(node.text)) report(node, node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Keys asked for as they stand, and prefixes of keys that are put together. */
function askedKeys(): { exact: Set<string>; prefixes: string[] } {
  const exact = new Set<string>();
  const prefixes: string[] = [];
  for (const { text } of SOURCES) {
    for (const [, key] of text.matchAll(/["'`]([a-zA-Z]+(?:\.[A-Za-z0-9_]+)+)["'`]/g)) exact.add(key ?? "");
    for (const [, prefix] of text.matchAll(/`([a-zA-Z]+(?:\.[A-Za-z0-9_]+)*\.)\$\{/g)) prefixes.push(prefix ?? "");
  }
  return { exact, prefixes };
}

describe("the dictionaries", () => {
  it("have exactly the same keys", () => {
    expect([...ZH.keys()].sort()).toEqual([...EN.keys()].sort());
  });

  it("fill in the same values", () => {
    const holes = (text: string | undefined): string[] => [...(text ?? "").matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? "").sort();
    const different = [...EN].filter(([key, text]) => holes(text).join() !== holes(ZH.get(key)).join()).map(([key]) => key);
    expect(different).toEqual([]);
  });

  it("leave nothing empty, and nothing in the other language", () => {
    expect([...EN, ...ZH].filter(([, text]) => text.trim() === "").map(([key]) => key)).toEqual([]);
    expect([...EN].filter(([, text]) => CJK.test(text)).map(([key]) => key)).toEqual([]);
    const latinOnly = [...ZH].filter(([key, text]) => /[A-Za-z]{4}/.test(text) && !CJK.test(text) && EN.get(key) !== text);
    expect(latinOnly.map(([key]) => key)).toEqual([]);
  });

  it("hold no key that no page asks for", () => {
    const { exact, prefixes } = askedKeys();
    const unused = [...EN.keys()].filter((key) => {
      const plain = key.replace(/_(one|other)$/, "");
      return !exact.has(plain) && !exact.has(key) && !prefixes.some((prefix) => key.startsWith(prefix));
    });
    expect(unused).toEqual([]);
  });
});

describe("the pages", () => {
  it("show no text that is not in the dictionaries", () => {
    expect(SOURCES.flatMap(({ path, text }) => visibleTexts(path, text))).toEqual([]);
  }, 60_000); // every file is parsed
});
