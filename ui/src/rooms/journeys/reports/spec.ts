// How does the question of a report stand in the address? As its JSON, without what says nothing; what cannot be read is no question.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
/** What a report is asked with. */
export type Spec = Readonly<Record<string, Json | undefined>>;

export function isObject(value: unknown): value is Spec {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tidyValue(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(tidyValue);
  return isObject(value) ? tidy(value) : value;
}

/** Without fields that are not set, and in the order of their names: two specs that ask the same are the same text. */
export function tidy(spec: Spec): Spec {
  const entries = Object.entries(spec).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, tidyValue(value ?? null)]));
}

export function writeSpec(spec: Spec): string {
  return JSON.stringify(tidy(spec));
}

export function readSpec(text: string): Spec | null {
  try {
    const found: unknown = JSON.parse(text);
    return isObject(found) ? tidy(found) : null;
  } catch {
    return null;
  }
}

export function sameSpec(one: Spec, other: Spec): boolean {
  return writeSpec(one) === writeSpec(other);
}

/** The lists of a spec are typed by nobody before they are here. */
export function listOf(value: Json | undefined): readonly Spec[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** The spec with some fields changed; undefined takes one away. */
export function withFields(spec: Spec, fields: Spec): Spec {
  return Object.fromEntries(Object.entries({ ...spec, ...fields }).filter(([, value]) => value !== undefined && value !== null));
}
