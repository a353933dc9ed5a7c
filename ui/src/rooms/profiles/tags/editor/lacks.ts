// What keeps a draft of a tag from being tried or saved? Said at once; what only the server knows, it says.
import { check } from "@/rooms/segments/check";
import { didOf, groupOf, join, leafOf, type Scalar, type Test } from "@/rooms/segments/condition";
import { propertyOf, type Draft, type ValueType, type Which } from "./draft";
import type { Trouble } from "@/rooms/segments/builder/context";

export type TagLack = "label" | "key" | "taken" | "cases" | "value" | "allowed" | "rule" | "property";

export interface Lacks {
  /** What is lacking outside of conditions, and for a value the place of its case. */
  readonly own: readonly { readonly lack: TagLack; readonly at?: number }[];
  /** What is wrong in conditions, by the paths of the API. */
  readonly inside: readonly Trouble[];
}

const KEY = /^[a-z][a-z0-9_]{0,62}$/;

export function isTagKey(key: string): boolean {
  return KEY.test(key);
}

/** Letters and digits of the English name, else of the other; one without any gets a number. */
export function tagKeyFor({ zh, en }: Draft["label"], taken: ReadonlySet<string>): string {
  const plain = (en || zh)
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 50);
  if (plain !== "" && isTagKey(plain) && !taken.has(plain)) return plain;
  const start = plain || "tag";
  for (let n = start === "tag" ? 1 : 2; ; n += 1) if (!taken.has(`${start}_${n}`)) return `${start}_${n}`;
}

/** Whether a tag of the type can have the value. */
export function fits(type: ValueType, value: Scalar | null): boolean {
  if (value === null || value === "") return false;
  if (type === "number") return typeof value === "number" && Number.isFinite(value);
  if (type === "boolean") return typeof value === "boolean";
  return type === "date" ? typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value) : typeof value === "string";
}

function whichLacks({ doing }: Which, path: string, within: Test | null = null): Trouble[] {
  const start = "and[0].did";
  return check(groupOf([leafOf(didOf(doing, { within }))])).map(({ path: place, lack }) => ({
    path: `${path}${place.slice(start.length)}`,
    lack,
  }));
}

/** What keeps the definition from being computed, with or without a name. */
export function definitionLacks(draft: Draft): Lacks {
  const own: { lack: TagLack; at?: number }[] = [];
  const inside: Trouble[] = [];
  if (draft.allowed?.some((value) => !fits(draft.valueType === "list" ? "text" : draft.valueType, value))) own.push({ lack: "allowed" });
  if (draft.way === "rule") {
    if (draft.cases.length === 0) own.push({ lack: "cases" });
    draft.cases.forEach(({ value, when }, at) => {
      if (!fits(draft.valueType, value) || (draft.allowed && value !== null && !draft.allowed.includes(value)))
        own.push({ lack: "value", at });
      inside.push(...check(when).map(({ path, lack }) => ({ path: join(`config.values[${at}].when`, path), lack })));
    });
  }
  if (draft.way === "ready" && draft.rule === "") own.push({ lack: "rule" });
  if (draft.way === "computed") {
    if (propertyOf(draft.computed.measure) === "needed" && draft.computed.property.trim() === "") own.push({ lack: "property" });
    const { measure, within } = draft.computed;
    inside.push(...whichLacks(draft.computed, "config", measure === "trend" ? null : within));
    if (measure === "share") inside.push(...whichLacks(draft.computed.among, "config.among"));
  }
  return { own, inside };
}

/** taken: keys in use, of which a new tag needs another. fixed: the tag stands already. */
export function lacksOf(draft: Draft, key: string, taken: ReadonlySet<string>, fixed: boolean): Lacks {
  const { own, inside } = definitionLacks(draft);
  const label = draft.label.zh.trim() === "" && draft.label.en.trim() === "" ? [{ lack: "label" as const }] : [];
  const named = fixed ? [] : !isTagKey(key) ? [{ lack: "key" as const }] : taken.has(key) ? [{ lack: "taken" as const }] : [];
  return { own: [...label, ...named, ...own], inside };
}
