// Which fields does the config of a kind of node ask for? Read from its JSON schema.

export interface ConfigField {
  readonly name: string;
  readonly kind: "number" | "choice" | "flag" | "text" | "events" | "weekdays" | "words" | "people" | "filter" | "rows";
  readonly low: number | null;
  readonly high: number | null;
  readonly choices: readonly string[];
  readonly fallback: unknown;
  /** Of rows: their own fields, and how many there are at least. */
  readonly inner: readonly ConfigField[];
  readonly least: number;
}

type Schema = Readonly<Record<string, unknown>>;

function at(root: Schema, schema: Schema): Schema {
  const ref = schema.$ref;
  if (typeof ref === "string") return (root.$defs as Record<string, Schema> | undefined)?.[ref.split("/").at(-1) ?? ""] ?? {};
  const either = schema.anyOf;
  return Array.isArray(either) ? ((either as Schema[]).find((each) => each.type !== "null") ?? {}) : schema;
}

function number(schema: Schema, ...names: readonly string[]): number | null {
  return names.map((name) => schema[name]).find((each) => typeof each === "number") ?? null;
}

export function fieldsOf(root: Schema, schema: Schema = root): readonly ConfigField[] {
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>)
    .filter(([name]) => name !== "properties")
    .map(([name, raw]) => {
      const found = at(root, raw);
      const items = found.type === "array" ? at(root, (found.items ?? {}) as Schema) : {};
      const choices = Array.isArray(found.enum) ? found.enum.map(String) : [];
      return {
        name,
        kind: kindOf(name, found, items, choices),
        low: number(found, "minimum", "exclusiveMinimum"),
        high: number(found, "maximum", "exclusiveMaximum"),
        choices,
        fallback: raw.default,
        inner: items.type === "object" ? fieldsOf(root, items) : [],
        least: number(found, "minItems") ?? 0,
      };
    });
}

function kindOf(name: string, found: Schema, items: Schema, choices: readonly string[]): ConfigField["kind"] {
  if (name === "who") return "people";
  if (name === "where") return "filter";
  if (choices.length > 0) return "choice";
  if (found.type === "array" && items.type === "string" && name !== "events") return "words";
  if (found.type === "array") return items.type === "object" ? "rows" : items.type === "integer" ? "weekdays" : "events";
  if (found.type === "integer" || found.type === "number") return "number";
  return found.type === "boolean" ? "flag" : "text";
}
