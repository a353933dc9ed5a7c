// Are these texts documents of definitions? YAML with "---" between them in, and the same out.
import { parseAllDocuments, stringify } from "yaml";

export type Read =
  | { readonly ok: true; readonly documents: Record<string, unknown>[] }
  | {
      readonly ok: false;
      readonly fault: "syntax" | "notObject" | "nothing";
      readonly document: number;
      readonly line: number;
      readonly said: string;
    };

export function readDocuments(text: string): Read {
  const parsed = parseAllDocuments(text);
  const documents: Record<string, unknown>[] = [];
  if (!Array.isArray(parsed)) return { ok: false, fault: "nothing", document: 0, line: 0, said: "" };
  for (const [i, one] of parsed.entries()) {
    const refuse = (fault: "syntax" | "notObject", line: number, said: string): Read => ({ ok: false, fault, document: i + 1, line, said });
    const [error] = one.errors;
    if (error) return refuse("syntax", error.linePos?.[0].line ?? 1, error.message);
    let found: unknown;
    try {
      found = one.toJS();
    } catch (problem) {
      return refuse("syntax", 1, problem instanceof Error ? problem.message : "");
    }
    if (found === null || found === undefined) continue; // nothing between two lines of dashes
    if (typeof found !== "object" || Array.isArray(found)) return refuse("notObject", 1, "");
    documents.push(found as Record<string, unknown>);
  }
  return documents.length ? { ok: true, documents } : { ok: false, fault: "nothing", document: 0, line: 0, said: "" };
}

export function writeDocuments(documents: readonly unknown[]): string {
  return documents.map((one) => stringify(one, { lineWidth: 0, flowCollectionPadding: false })).join("---\n");
}
