// Is this text a condition? YAML or JSON in, with the place of what cannot be read.
import { parseDocument, stringify } from "yaml";

import type { Group } from "../condition";
import { dump } from "../dump";
import { read, ReadError } from "../read";

export type CodeKind = "yaml" | "json";

export type Code =
  | { readonly ok: true; readonly root: Group }
  | { readonly ok: false; readonly syntax: { readonly line: number; readonly column: number; readonly said: string } }
  | { readonly ok: false; readonly fault: ReadError };

export function write(root: Group, kind: CodeKind): string {
  const json = dump(root);
  return kind === "json" ? `${JSON.stringify(json, null, 2)}\n` : stringify(json, { lineWidth: 0, flowCollectionPadding: false });
}

/** JSON is YAML too, so one reader does for both. */
export function parse(text: string): Code {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) {
    const [at] = error.linePos ?? [{ line: 1, col: 1 }];
    return { ok: false, syntax: { line: at.line, column: at.col, said: error.message } };
  }
  try {
    return { ok: true, root: read(document.toJS()) };
  } catch (fault) {
    if (fault instanceof ReadError) return { ok: false, fault };
    // Names that stand for each other without end, and the like.
    return { ok: false, syntax: { line: 1, column: 1, said: fault instanceof Error ? fault.message : "" } };
  }
}
