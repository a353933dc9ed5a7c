// Which fields does a JSON schema of settings ask for? The few forms that settings of rules and templates have.

export interface SettingField {
  readonly name: string;
  readonly kind: "number" | "choice" | "flag" | "texts" | "text";
  readonly whole: boolean;
  readonly low: number | null;
  readonly high: number | null;
  readonly choices: readonly string[];
}

type Schema = Readonly<Record<string, unknown>>;

function schemaAt(root: Schema, schema: Schema): Schema {
  const ref = schema.$ref;
  if (typeof ref === "string") return (root.$defs as Record<string, Schema> | undefined)?.[ref.split("/").at(-1) ?? ""] ?? {};
  const either = schema.anyOf;
  return Array.isArray(either) ? ((either as Schema[]).find((each) => each.type !== "null") ?? {}) : schema;
}

function numberIn(schema: Schema, ...names: readonly string[]): number | null {
  const found = names.map((name) => schema[name]).find((each) => typeof each === "number");
  return found ?? null;
}

export function fieldsOf(schema: Schema): readonly SettingField[] {
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(([name, raw]) => {
    const found = schemaAt(schema, raw);
    const choices = Array.isArray(found.enum) ? found.enum.map(String) : [];
    const kind =
      choices.length > 0
        ? "choice"
        : found.type === "integer" || found.type === "number"
          ? "number"
          : found.type === "boolean"
            ? "flag"
            : found.type === "array"
              ? "texts"
              : "text";
    return {
      name,
      kind,
      whole: found.type === "integer",
      low: numberIn(found, "minimum", "exclusiveMinimum"),
      high: numberIn(found, "maximum", "exclusiveMaximum"),
      choices,
    };
  });
}
