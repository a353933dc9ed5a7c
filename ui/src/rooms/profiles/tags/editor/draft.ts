// What is a tag while it is being written? Read from the API's body, and written back as what is saved or tried.
import type { Schemas } from "@/api/client";
import {
  doingOf,
  didOf,
  freshId,
  groupOf,
  leafOf,
  type Did,
  type Doing,
  type Group,
  type Scalar,
  type Test,
} from "@/rooms/segments/condition";
import { dump, type JsonObject } from "@/rooms/segments/dump";
import { read } from "@/rooms/segments/read";
import type { Tag, TagDraft } from "../queries";

/** How the values come about: a kind of tag, where rules are the reader's own ("rule") or ready-made ("ready"). */
export const WAYS = ["rule", "computed", "ready", "manual", "imported"] as const;
export type Way = (typeof WAYS)[number] | "model";
export type Family = Tag["family"];
export type ValueType = Tag["value_type"];
export type Refresh = "live" | "nightly";

export const MEASURES = [
  "count",
  "days",
  "sum",
  "average",
  "min",
  "max",
  "distinct",
  "most_frequent",
  "first",
  "last",
  "unique_list",
  "share",
  "trend",
  "days_since",
  "first_at",
  "last_at",
] as const;
export type TagMeasure = (typeof MEASURES)[number];
const OF_PROPERTY: readonly TagMeasure[] = ["sum", "average", "min", "max", "distinct", "most_frequent", "first", "last", "unique_list"];
const MAYBE_PROPERTY: readonly TagMeasure[] = ["share", "trend"];
const BY_MIDNIGHT: readonly TagMeasure[] = ["days_since", "trend"];

/** Whether a measure looks at a property of the events. */
export function propertyOf(measure: TagMeasure): "needed" | "possible" | "none" {
  if (OF_PROPERTY.includes(measure)) return "needed";
  return MAYBE_PROPERTY.includes(measure) ? "possible" : "none";
}

/** Types of value that a measure can give, the usual one first. */
export function typesOf(measure: TagMeasure): readonly [ValueType, ...ValueType[]] {
  if (measure === "most_frequent" || measure === "first" || measure === "last") return ["text", "number"];
  if (measure === "unique_list") return ["list"];
  return measure === "first_at" || measure === "last_at" ? ["date"] : ["number"];
}

/** Whether the values can follow every batch of events; some change for everybody at midnight. */
export function canBeLive({ way, computed, whole }: Pick<Draft, "way" | "computed"> & { readonly whole: boolean }): boolean {
  if (way === "computed") return !BY_MIDNIGHT.includes(computed.measure);
  return way === "ready" ? !whole : way !== "model";
}

/** Which events: those of roles and those named, together; neither: anything that people do. */
export interface Which {
  readonly roles: readonly string[];
  readonly doing: Doing;
}

export interface Computed extends Which {
  readonly measure: TagMeasure;
  readonly within: Test | null;
  readonly property: string;
  readonly among: Which;
  readonly style: "change" | "slope";
  readonly days: number;
  readonly periods: number;
  readonly limit: number;
  readonly digits: number;
}

/** A value and who has it. */
export interface Case {
  readonly id: string;
  readonly value: Scalar | null;
  readonly when: Group;
}

export interface Draft {
  /** Null: made from the name. */
  readonly key: string | null;
  readonly family: Family;
  readonly way: Way;
  readonly owner: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly description: { readonly zh: string; readonly en: string };
  readonly valueType: ValueType;
  readonly allowed: readonly Scalar[] | null;
  readonly refresh: Refresh;
  readonly unit: string;
  readonly keepsHistory: boolean;
  readonly enabled: boolean;
  readonly cases: readonly Case[];
  readonly otherwise: Scalar | null;
  readonly rule: string;
  readonly settings: JsonObject;
  readonly computed: Computed;
  /** What a model's tag says of itself; kept as it is. */
  readonly raw: JsonObject;
}

const ANYTHING: Which = { roles: [], doing: doingOf() };

export function caseOf(value: Scalar | null): Case {
  return { id: freshId(), value, when: groupOf([]) };
}

export function blankDraft(way: Way = "rule"): Draft {
  return {
    key: null,
    family: "behaviour",
    way,
    owner: "",
    label: { zh: "", en: "" },
    description: { zh: "", en: "" },
    valueType: way === "computed" ? "number" : "boolean",
    allowed: null,
    refresh: "nightly",
    unit: "",
    keepsHistory: false,
    enabled: true,
    cases: [caseOf(true)],
    otherwise: null,
    rule: "",
    settings: {},
    computed: {
      ...ANYTHING,
      measure: "count",
      within: null,
      property: "",
      among: ANYTHING,
      style: "change",
      days: 30,
      periods: 6,
      limit: 20,
      digits: 6,
    },
    raw: {},
  };
}

type Fields = Readonly<Record<string, unknown>>;

function didIn(fields: Fields): Did {
  const { events = [], where, within } = fields;
  const tree = read({ did: { events, ...(where ? { where } : {}), ...(within ? { within } : {}) } });
  const [part] = tree.parts;
  return part?.type === "leaf" && part.condition.kind === "did" ? part.condition : didOf(doingOf());
}

function whichIn(fields: Fields): Which {
  return { roles: (fields.roles as string[] | undefined) ?? [], doing: didIn(fields).doing };
}

function computedIn(config: Fields, plain: Computed): Computed {
  const among = config.among as Fields | undefined;
  return {
    ...plain,
    ...whichIn(config),
    measure: config.measure as TagMeasure,
    within: config.within ? didIn(config).within : null,
    property: (config.property as string | undefined) ?? "",
    among: among ? whichIn(among) : plain.among,
    style: (config.style as Computed["style"] | undefined) ?? plain.style,
    days: (config.days as number | undefined) ?? plain.days,
    periods: (config.periods as number | undefined) ?? plain.periods,
    limit: (config.limit as number | undefined) ?? plain.limit,
    digits: (config.digits as number | undefined) ?? plain.digits,
  };
}

/** The draft that says what a tag says. Throws ReadError for a condition that this page does not know. */
export function draftOf(tag: Schemas["TagBody"]): Draft {
  const plain = blankDraft();
  const config: Fields = tag.config ?? {};
  const way: Way = tag.kind === "rule" && "rule" in config ? "ready" : tag.kind;
  const values = way === "rule" ? (config.values as readonly { readonly value: Scalar; readonly when: unknown }[]) : [];
  return {
    ...plain,
    key: tag.key,
    family: tag.family,
    way,
    owner: tag.owner ?? "",
    label: { zh: tag.label.zh ?? "", en: tag.label.en ?? "" },
    description: { zh: tag.description?.zh ?? "", en: tag.description?.en ?? "" },
    valueType: tag.value_type,
    allowed: tag.allowed ?? null,
    refresh: tag.refresh ?? "nightly",
    unit: tag.unit ?? "",
    keepsHistory: tag.keeps_history ?? false,
    enabled: tag.enabled ?? true,
    cases: values.map(({ value, when }) => ({ id: freshId(), value, when: read(when) })),
    otherwise: way === "rule" ? ((config.default as Scalar | null | undefined) ?? null) : null,
    rule: way === "ready" ? (config.rule as string) : "",
    settings: way === "ready" ? ((config.settings as JsonObject | undefined) ?? {}) : {},
    computed: way === "computed" ? computedIn(config, plain.computed) : plain.computed,
    raw: way === "model" ? (config as JsonObject) : {},
  };
}

function whichOf({ roles, doing }: Which, within: Test | null = null): JsonObject {
  const { events, where, within: window } = (dump(leafOf(didOf(doing, { within }))) as { readonly did: JsonObject }).did;
  return {
    ...(roles.length > 0 ? { roles: [...roles] } : {}),
    events: events ?? [],
    ...(where === undefined ? {} : { where }),
    ...(window === undefined ? {} : { within: window }),
  };
}

function computedOf(computed: Computed): JsonObject {
  const { measure, within, property, among, style, days, periods, limit, digits } = computed;
  const trend = measure === "trend";
  return {
    measure,
    ...whichOf(computed, trend ? null : within),
    ...(propertyOf(measure) !== "none" && property.trim() ? { property: property.trim() } : {}),
    ...(measure === "share" ? { among: whichOf(among) } : {}),
    ...(trend ? { style, days, ...(style === "slope" ? { periods } : {}) } : {}),
    ...(measure === "unique_list" ? { limit } : {}),
    ...(digits === 6 ? {} : { digits }),
  };
}

function configOf(draft: Draft): JsonObject {
  switch (draft.way) {
    case "rule":
      return { values: draft.cases.map(({ value, when }) => ({ value, when: dump(when) })), default: draft.otherwise };
    case "ready":
      return { rule: draft.rule, settings: draft.settings };
    case "computed":
      return computedOf(draft.computed);
    case "model":
      return draft.raw;
    default:
      return {};
  }
}

/** What the API takes. */
export function bodyOf(draft: Draft): Omit<TagDraft, "base_version" | "note"> {
  const { label, description, way } = draft;
  return {
    family: draft.family,
    kind: way === "ready" ? "rule" : way,
    owner: draft.owner.trim(),
    label: { zh: label.zh.trim(), en: label.en.trim() },
    description: { zh: description.zh.trim(), en: description.en.trim() },
    value_type: draft.valueType,
    allowed: draft.allowed === null ? null : [...draft.allowed],
    refresh: draft.refresh,
    config: configOf(draft),
    unit: draft.unit.trim(),
    keeps_history: draft.keepsHistory,
    enabled: draft.enabled,
  };
}
