// Which fields does the form of a report have, by the JSON schema of its spec? What all reports share is left to the frame around it.
import { isObject, numberOf, textOf, type Json, type Spec } from "../spec";

export type Field =
  | { readonly kind: "step" | "breakdown" | "property" | "numbers"; readonly name: string; readonly usual: Json | undefined }
  | { readonly kind: "steps"; readonly name: string; readonly most: number; readonly least: number }
  | { readonly kind: "choice"; readonly name: string; readonly options: readonly string[]; readonly usual: string }
  | { readonly kind: "duration"; readonly name: string; readonly usual: number; readonly most: number }
  | { readonly kind: "amount"; readonly name: string; readonly usual: number; readonly least: number; readonly most: number }
  | { readonly kind: "object"; readonly name: string; readonly fields: readonly Field[] };

const SHARED = new Set(["first_day", "last_day", "last_days", "filter", "segment", "people", "sample_percent"]);

interface Resolved {
  readonly title: string;
  readonly schema: Spec;
}

/** The schema behind a reference, or the one of several that is not null; with the name of what it refers to. */
function resolved(schema: Spec, defs: Spec): Resolved {
  const reference = textOf(schema.$ref).split("/").at(-1) ?? "";
  const target = defs[reference];
  if (reference !== "" && isObject(target)) return { title: reference, schema: { ...target, default: schema.default } };
  for (const key of ["anyOf", "allOf"]) {
    const choices = schema[key];
    const [one] = Array.isArray(choices) ? (choices as readonly Json[]).filter((each) => isObject(each) && each.type !== "null") : [];
    if (isObject(one)) {
      const inner = resolved(one, defs);
      return { ...inner, schema: { ...inner.schema, default: schema.default } };
    }
  }
  return { title: "", schema };
}

function fieldOf(name: string, given: Spec, defs: Spec): Field | null {
  const { title, schema } = resolved(given, defs);
  const usual = schema.default;
  if (title === "Step") return { kind: "step", name, usual };
  if (title === "Breakdown") return { kind: "breakdown", name, usual };
  if (Array.isArray(schema.enum)) {
    const options = (schema.enum as readonly Json[]).filter((one): one is string => typeof one === "string");
    return { kind: "choice", name, options, usual: textOf(usual) || (options[0] ?? "") };
  }
  switch (schema.type) {
    case "integer":
    case "number": {
      const least = numberOf(schema.minimum) ?? 0;
      const most = numberOf(schema.maximum) ?? Number.MAX_SAFE_INTEGER;
      const start = numberOf(usual) ?? least;
      return name.endsWith("_seconds")
        ? { kind: "duration", name, usual: start, most }
        : { kind: "amount", name, usual: start, least, most };
    }
    case "string":
      return { kind: "property", name, usual };
    case "array": {
      const items = isObject(schema.items) ? resolved(schema.items, defs) : null;
      if (items?.title === "Step")
        return { kind: "steps", name, most: numberOf(schema.maxItems) ?? 20, least: numberOf(schema.minItems) ?? 0 };
      return { kind: "numbers", name, usual };
    }
    case "object":
      return { kind: "object", name, fields: fieldsOf({ ...schema, $defs: defs }) };
    default:
      return null;
  }
}

export function fieldsOf(schema: Spec): Field[] {
  const defs = isObject(schema.$defs) ? schema.$defs : {};
  const properties = isObject(schema.properties) ? schema.properties : {};
  return Object.entries(properties)
    .filter(([name]) => !SHARED.has(name))
    .flatMap(([name, given]) => (isObject(given) ? (fieldOf(name, given, defs) ?? []) : []));
}

/** Numbers as somebody types them, with commas or spaces between; null for what is no list of ascending numbers. */
export function numbersOf(text: string): number[] | null {
  const found = text.split(/[\s,，、;；]+/).filter((part) => part !== "");
  const numbers = found.map(Number);
  const ascending = numbers.every((one, at) => Number.isFinite(one) && (at === 0 || one > (numbers[at - 1] ?? 0)));
  return ascending ? numbers : null;
}
