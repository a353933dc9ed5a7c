// How is a plan changed? Pure functions from one plan to the next.
import type { Plan, PlanEvent, PlanProperty, PropertyType, Scalar } from "@/api/contract";

export const MODES = ["allow", "warn", "block"] as const;
export const STATUSES = ["draft", "active", "deprecated"] as const;
export const TYPES: readonly PropertyType[] = ["any", "text", "number", "integer", "boolean", "time", "list", "object"];

export const NEW_PROPERTY: PlanProperty = {
  name: "",
  type: "text",
  required: false,
  allowed: null,
  pattern: "",
  minimum: null,
  maximum: null,
  description: { zh: "", en: "" },
};

export const NEW_EVENT: PlanEvent = {
  name: "",
  status: "active",
  owner: "",
  description: { zh: "", en: "" },
  mode: null,
  unknown_properties: null,
  properties: [],
};

/** The plan with this event in the place of the one called `before`; at the end if there is none. */
export function putEvent(plan: Plan, before: string | null, event: PlanEvent): Plan {
  const known = plan.events.some((each) => each.name === before);
  const events = known ? plan.events.map((each) => (each.name === before ? event : each)) : [...plan.events, event];
  return { ...plan, events };
}

export function dropEvent(plan: Plan, name: string): Plan {
  return { ...plan, events: plan.events.filter((each) => each.name !== name) };
}

/** An allowed value as it was typed, as a value of the property's type; null when it is none. */
export function readAllowed(text: string, type: PropertyType): Scalar | null {
  const clean = text.trim();
  if (type === "number" || type === "integer") {
    const number = Number(clean);
    return clean === "" || Number.isNaN(number) || (type === "integer" && !Number.isInteger(number)) ? null : number;
  }
  if (type === "boolean") return clean === "true" ? true : clean === "false" ? false : null;
  return text;
}

/** What observed traffic looks like. */
export interface Traffic {
  readonly events: readonly { readonly definition: PlanEvent; readonly events: number }[];
  readonly traits: readonly { readonly definition: PlanProperty }[];
}

export interface Proposal {
  readonly key: string;
  readonly kind: "new" | "more" | "traits";
  readonly event: PlanEvent;
  /** How often the event came in. */
  readonly seen: number | null;
  /** Properties or traits that the plan does not have yet. */
  readonly added: readonly PlanProperty[];
}

function missing(known: readonly PlanProperty[], seen: readonly PlanProperty[]): PlanProperty[] {
  const names = new Set(known.map((property) => property.name));
  return seen.filter((property) => !names.has(property.name));
}

/** What observed traffic has that the plan has not; what is fully planned is left out. */
export function proposals(plan: Plan, traffic: Traffic): Proposal[] {
  const found = traffic.events.flatMap(({ definition: event, events: seen }): Proposal[] => {
    const known = plan.events.find((each) => each.name === event.name);
    const key = `event ${event.name}`;
    if (!known) return [{ key, kind: "new", event, seen, added: event.properties }];
    const added = missing(known.properties, event.properties);
    return added.length > 0 ? [{ key, kind: "more", event, seen, added }] : [];
  });
  const traits = missing(
    plan.traits,
    traffic.traits.map((each) => each.definition),
  );
  return traits.length > 0 ? [...found, { key: "traits", kind: "traits", event: NEW_EVENT, seen: null, added: traits }] : found;
}

export function acceptProposals(plan: Plan, chosen: readonly Proposal[]): Plan {
  return chosen.reduce((result, { event, kind, added }) => {
    if (kind === "new") return putEvent(result, null, event);
    if (kind === "traits") return { ...result, traits: [...result.traits, ...added] };
    const known = result.events.find((each) => each.name === event.name);
    return known ? putEvent(result, known.name, { ...known, properties: [...known.properties, ...added] }) : result;
  }, plan);
}
