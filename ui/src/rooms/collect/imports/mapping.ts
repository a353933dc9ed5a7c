// How is a mapping edited column by column? Pure functions from one mapping to the next.
import type { Schemas } from "@/api/client";

export type Sent = Schemas["Mapping"];
export type FieldMap = Required<Schemas["FieldMap"]>;
export type FieldType = FieldMap["type"];
export type Aggregate = FieldMap["aggregate"];
export type Said = Required<Schemas["Said"]>;
export type ColumnType = Schemas["ColumnBody"]["type"];

/** A mapping with every field there; what was left out has the server's default. */
export interface Mapping {
  readonly type: NonNullable<Sent["type"]>;
  readonly event: Said | null;
  readonly user_id: string | null;
  readonly anonymous_id: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly group_id: string | null;
  readonly previous_id: string | null;
  readonly time: Required<Schemas["TimeMap"]>;
  readonly message_id: Required<Schemas["MessageIdMap"]>;
  readonly revenue: Required<Schemas["RevenueMap"]> | null;
  readonly currency: Said | null;
  readonly properties: readonly FieldMap[];
  readonly rest: boolean;
  readonly traits: readonly FieldMap[];
  readonly context: readonly FieldMap[];
  readonly group: { readonly key: readonly string[]; readonly items: string; readonly fields: readonly FieldMap[] } | null;
  readonly decimal_comma: boolean;
  readonly bad_values: "skip_row" | "leave_out";
}

const NO_TIME: Mapping["time"] = { column: null, constant: "now", format: "auto", zone: null };

export const EMPTY_MAPPING: Mapping = {
  type: "track",
  event: { column: null, constant: "Order Completed" },
  user_id: null,
  anonymous_id: null,
  email: null,
  phone: null,
  group_id: null,
  previous_id: null,
  time: NO_TIME,
  message_id: { columns: [], as_is: false },
  revenue: null,
  currency: null,
  properties: [],
  rest: false,
  traits: [],
  context: [],
  group: null,
  decimal_comma: false,
  bad_values: "skip_row",
};

/** The server sends every field; only the document calls those with a default optional. */
export function fullMapping(sent: Sent): Mapping {
  return { ...EMPTY_MAPPING, event: null, ...sent } as Mapping;
}

export function toSent(mapping: Mapping): Sent {
  return mapping as Sent;
}

const ID_ROLES = ["user_id", "anonymous_id", "email", "phone", "group_id", "previous_id"] as const;
const FIELD_ROLES = ["property", "item", "trait", "context"] as const;
type IdRole = (typeof ID_ROLES)[number];
export type FieldRole = (typeof FIELD_ROLES)[number];
export type Role = "none" | IdRole | FieldRole | "time" | "event" | "revenue" | "currency" | "message_id";

export const TYPES: readonly Mapping["type"][] = ["track", "identify", "page", "screen", "group", "alias"];
export const FIELD_TYPES: readonly FieldType[] = ["auto", "string", "number", "integer", "boolean", "datetime", "json"];
export const AGGREGATES: readonly Aggregate[] = ["first", "last", "sum", "min", "max", "count"];

/** The roles that a column may have in this kind of mapping. */
export function rolesFor(mapping: Mapping): Role[] {
  const roles: Role[] = ["none", "property"];
  if (mapping.group) roles.push("item");
  if (mapping.type !== "identify") roles.push("trait");
  roles.push("user_id", "anonymous_id", "email", "phone", "time");
  if (mapping.type === "track") roles.push("event", "revenue", "currency");
  if (mapping.type === "group") roles.push("group_id");
  if (mapping.type === "alias") roles.push("previous_id");
  roles.push("message_id");
  return roles;
}

export function fieldsOf(mapping: Mapping, role: FieldRole): readonly FieldMap[] {
  if (role === "item") return mapping.group?.fields ?? [];
  return role === "property" ? mapping.properties : role === "trait" ? mapping.traits : mapping.context;
}

function withFields(mapping: Mapping, role: FieldRole, fields: readonly FieldMap[]): Mapping {
  if (role === "item") return mapping.group ? { ...mapping, group: { ...mapping.group, fields } } : mapping;
  return role === "property"
    ? { ...mapping, properties: fields }
    : role === "trait"
      ? { ...mapping, traits: fields }
      : { ...mapping, context: fields };
}

export function roleOf(mapping: Mapping, column: string): Role {
  const id = ID_ROLES.find((role) => mapping[role] === column);
  if (id) return id;
  if (mapping.time.column === column) return "time";
  if (mapping.event?.column === column) return "event";
  if (mapping.revenue?.column === column) return "revenue";
  if (mapping.currency?.column === column) return "currency";
  const field = FIELD_ROLES.find((role) => fieldsOf(mapping, role).some((each) => each.column === column));
  if (field) return field;
  return mapping.message_id.columns.includes(column) ? "message_id" : "none";
}

export function fieldOf(mapping: Mapping, column: string): FieldMap | null {
  for (const role of FIELD_ROLES) {
    const found = fieldsOf(mapping, role).find((field) => field.column === column);
    if (found) return found;
  }
  return null;
}

/** The mapping without this column in any role; keys of groups are chosen elsewhere and stay. */
function without(mapping: Mapping, column: string): Mapping {
  let next = mapping;
  for (const role of ID_ROLES) if (next[role] === column) next = { ...next, [role]: null };
  if (next.time.column === column) next = { ...next, time: { ...next.time, column: null, constant: next.time.constant || "now" } };
  if (next.event?.column === column) next = { ...next, event: next.event.constant ? { ...next.event, column: null } : null };
  if (next.revenue?.column === column) next = { ...next, revenue: null };
  if (next.currency?.column === column) next = { ...next, currency: next.currency.constant ? { ...next.currency, column: null } : null };
  for (const role of FIELD_ROLES) {
    const fields = fieldsOf(next, role);
    if (fields.some((field) => field.column === column))
      next = withFields(
        next,
        role,
        fields.filter((field) => field.column !== column),
      );
  }
  const columns = next.message_id.columns.filter((each) => each !== column);
  if (columns.length < next.message_id.columns.length) next = { ...next, message_id: { columns, as_is: false } };
  return next;
}

const GUESS: Record<ColumnType, FieldType> = {
  text: "auto",
  integer: "integer",
  number: "number",
  boolean: "boolean",
  datetime: "auto",
  json: "json",
};

export function setRole(mapping: Mapping, column: string, role: Role, type: ColumnType): Mapping {
  const base = without(mapping, column);
  switch (role) {
    case "none":
      return base;
    case "time":
      return { ...base, time: { ...base.time, column } };
    case "event":
      return { ...base, event: { column, constant: base.event?.constant ?? "" } };
    case "revenue":
      return { ...base, revenue: { column, unit: base.revenue?.unit ?? "major", aggregate: base.revenue?.aggregate ?? "sum" } };
    case "currency":
      return { ...base, currency: { column, constant: base.currency?.constant ?? "" } };
    case "message_id":
      return { ...base, message_id: { columns: [...base.message_id.columns, column], as_is: false } };
    case "property":
    case "item":
    case "trait":
    case "context": {
      const field: FieldMap = { name: fieldOf(mapping, column)?.name ?? column, column, type: GUESS[type], aggregate: "first" };
      return withFields(base, role, [...fieldsOf(base, role), field]);
    }
    default:
      return { ...base, [role]: column };
  }
}

export function setField(mapping: Mapping, column: string, change: Partial<FieldMap>): Mapping {
  const role = FIELD_ROLES.find((each) => fieldsOf(mapping, each).some((field) => field.column === column));
  if (!role) return mapping;
  const fields = fieldsOf(mapping, role).map((field) => (field.column === column ? { ...field, ...change } : field));
  return withFields(mapping, role, fields);
}

/** Group rows by these columns into one event; no columns means one event a row. */
export function setGroup(mapping: Mapping, key: readonly string[]): Mapping {
  if (key.length > 0) return { ...mapping, rest: false, group: { items: "products", fields: [], ...mapping.group, key } };
  const loose = mapping.group?.fields ?? [];
  const plain = (field: FieldMap): FieldMap => ({ ...field, aggregate: "first" });
  return { ...mapping, group: null, properties: [...mapping.properties, ...loose].map(plain), traits: mapping.traits.map(plain) };
}

export function setType(mapping: Mapping, type: Mapping["type"]): Mapping {
  const next = { ...mapping, type, event: type === "track" ? (mapping.event ?? { column: null, constant: "Order Completed" }) : null };
  return type === "identify" ? { ...next, properties: [...next.properties, ...next.traits], traits: [] } : next;
}

/** What is still missing before the server would take it; keys of `imports.missing`. */
export function missingParts(mapping: Mapping): ("person" | "event" | "group_id" | "previous_id")[] {
  const found: ("person" | "event" | "group_id" | "previous_id")[] = [];
  if (!mapping.user_id && !mapping.anonymous_id && !mapping.email && !mapping.phone) found.push("person");
  if (mapping.type === "track" && !mapping.event?.column && !mapping.event?.constant.trim()) found.push("event");
  if (mapping.type === "group" && !mapping.group_id) found.push("group_id");
  if (mapping.type === "alias" && !(mapping.previous_id && mapping.user_id)) found.push("previous_id");
  return found;
}
