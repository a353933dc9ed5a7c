// By what are losses compared? Columns and properties of events, segments and tags; what nobody changed is not said.
import { isObject, listOf, textOf, withFields, type Json, type Spec } from "../reports/spec";

/** The columns that are looked at unless others are named; as the API has it. */
export const USUAL = ["device", "os", "browser", "channel", "country", "locale", "utm_source", "utm_medium", "utm_campaign"] as const;
export const ALL = "all";
/** So many dimensions at most. */
export const MOST = 30;

export interface Axes {
  readonly columns: readonly string[];
  readonly properties: readonly string[];
  /** Keys, or only ``ALL``. */
  readonly segments: readonly string[];
  readonly tags: readonly string[];
}

function namesOf(value: Json | undefined, usual: readonly string[]): readonly string[] {
  if (value === ALL) return [ALL];
  return Array.isArray(value) ? (value as readonly Json[]).filter((one): one is string => typeof one === "string") : usual;
}

export function axesOf(spec: Spec): Axes {
  const named: readonly Spec[] = Array.isArray(spec.dimensions) ? listOf(spec.dimensions) : USUAL.map((column) => ({ column }));
  return {
    columns: named.flatMap(({ column }) => textOf(column) || []),
    properties: named.flatMap(({ property }) => textOf(property) || []),
    segments: namesOf(spec.segments, [ALL]),
    tags: namesOf(spec.tags, []),
  };
}

function isUsual({ columns, properties }: Axes): boolean {
  return properties.length === 0 && columns.length === USUAL.length && USUAL.every((one) => columns.includes(one));
}

/** The spec with these; what is as usual is left out, so that it stays so. */
export function withAxes(spec: Spec, axes: Axes): Spec {
  const { columns, properties, segments, tags } = axes;
  const dimensions = [...columns.map((column) => ({ column })), ...properties.map((property) => ({ property }))];
  return withFields(spec, {
    dimensions: isUsual(axes) ? undefined : dimensions.slice(0, MOST),
    segments: segments.includes(ALL) ? undefined : segments,
    tags: tags.includes(ALL) ? ALL : tags.length > 0 ? tags : undefined,
  });
}

/** What is chosen once somebody picked among keys and "all": all excludes the others, whichever came last. */
export function picked(before: readonly string[], next: readonly string[]): readonly string[] {
  if (!next.includes(ALL) || next.length === 1) return next;
  return before.includes(ALL) ? next.filter((one) => one !== ALL) : [ALL];
}

/** Only what says by what is compared, from a text in the address. */
export function axesIn(spec: Spec | null): Spec {
  if (spec === null || !isObject(spec)) return {};
  return withAxes({}, axesOf(spec));
}
