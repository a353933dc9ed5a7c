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

export interface Proposal {
  readonly event: PlanEvent;
  readonly kind: "new" | "more";
  /** Properties that the plan does not have yet. */
  readonly added: readonly PlanProperty[];
}

/** What observed traffic has that the plan has not; events that are fully planned are left out. */
export function proposals(plan: Plan, draft: Plan): Proposal[] {
  return draft.events.flatMap((event): Proposal[] => {
    const known = plan.events.find((each) => each.name === event.name);
    if (!known) return [{ event, kind: "new", added: event.properties }];
    const names = new Set(known.properties.map((property) => property.name));
    const added = event.properties.filter((property) => !names.has(property.name));
    return added.length > 0 ? [{ event, kind: "more", added }] : [];
  });
}

export function acceptProposals(plan: Plan, chosen: readonly Proposal[]): Plan {
  return chosen.reduce((result, { event, kind, added }) => {
    if (kind === "new") return putEvent(result, null, event);
    const known = result.events.find((each) => each.name === event.name);
    return known ? putEvent(result, known.name, { ...known, properties: [...known.properties, ...added] }) : result;
  }, plan);
}
