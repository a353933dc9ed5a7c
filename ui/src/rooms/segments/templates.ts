// What does one usually ask? Conditions to start from, with the events that this workspace really has.
import { useMemo } from "react";

import { didOf, doingOf, groupOf, lastDays, leafOf, REVENUE, type Condition, type Group, type Test } from "./condition";
import { useEventNames } from "./names";

export const TEMPLATES = ["active", "silent", "fresh", "habit", "repeat", "spenders", "known", "cart", "stopped", "restarted"] as const;
export type TemplateKey = (typeof TEMPLATES)[number];

/** In units of the currency, not in its smallest ones. */
export const SPENT = 100;

const DAYS_90_TO_30: Test = {
  op: "between",
  value: [
    { ago: 90, unit: "day" },
    { ago: 30, unit: "day" },
  ],
  ignoreCase: false,
};

interface Found {
  readonly purchase: string | null;
  readonly cart: string | null;
}

const PURCHASE = [/^order completed$/i, /order (paid|placed)|purchase|checkout completed|payment succeeded/i, /^order/i];
const CART = [/^product added$/i, /add(ed)? to cart|cart/i];

/** The event that most looks like it; those that many people did come first. */
export function likeliest(names: readonly string[], patterns: readonly RegExp[]): string | null {
  for (const pattern of patterns) {
    const found = names.find((name) => pattern.test(name));
    if (found !== undefined) return found;
  }
  return null;
}

/** The conditions of a template; null where the workspace lacks the events for it. */
export function conditionsOf(key: TemplateKey, { purchase, cart }: Found, minorPerUnit: number): Group | null {
  const all = (...conditions: readonly (Condition | { readonly not: Condition })[]): Group =>
    groupOf(conditions.map((each) => ("not" in each ? leafOf(each.not, true) : leafOf(each))));
  switch (key) {
    case "active":
      return all(didOf(doingOf(), { within: lastDays(30) }));
    case "silent":
      return all({ kind: "person", name: "last_seen", test: { op: "before", value: { ago: 30, unit: "day" }, ignoreCase: false } });
    case "fresh":
      return all({ kind: "person", name: "first_seen", test: lastDays(7) });
    case "habit":
      return all({ kind: "regular", doing: doingOf(), unit: "week", atLeast: 3, outOf: 4 });
    case "repeat":
      return purchase === null
        ? null
        : all(didOf(doingOf(purchase), { within: lastDays(90), test: { op: "gte", value: 2, ignoreCase: false } }));
    case "spenders":
      return purchase === null
        ? null
        : all(
            didOf(doingOf(purchase), {
              within: lastDays(365),
              measure: "sum",
              property: REVENUE,
              test: { op: "gte", value: SPENT * minorPerUnit, ignoreCase: false },
            }),
          );
    case "known":
      return purchase === null
        ? null
        : all(
            { kind: "person", name: "identified", test: { op: "equals", value: true, ignoreCase: false } },
            { not: didOf(doingOf(purchase)) },
          );
    case "cart":
      return purchase === null || cart === null
        ? null
        : all(didOf(doingOf(cart), { within: lastDays(7) }), { not: didOf(doingOf(purchase), { within: lastDays(7) }) });
    case "stopped":
      return purchase === null
        ? null
        : all(didOf(doingOf(purchase), { within: DAYS_90_TO_30 }), { not: didOf(doingOf(purchase), { within: lastDays(30) }) });
    case "restarted":
      return purchase === null
        ? null
        : all(
            didOf(doingOf(purchase), { within: { op: "before", value: { ago: 90, unit: "day" }, ignoreCase: false } }),
            { not: didOf(doingOf(purchase), { within: DAYS_90_TO_30 }) },
            didOf(doingOf(purchase), { within: lastDays(30) }),
          );
  }
}

/** Those that can be used here. */
export function useTemplates(): { readonly found: Found; readonly keys: readonly TemplateKey[]; readonly busy: boolean } {
  const { events, busy } = useEventNames();
  return useMemo(() => {
    const names = events.map((event) => event.name);
    const found = { purchase: likeliest(names, PURCHASE), cart: likeliest(names, CART) };
    return { found, keys: TEMPLATES.filter((key) => conditionsOf(key, found, 1) !== null), busy };
  }, [events, busy]);
}
