// Where do the people or events behind a value stand? For the metrics whose people a list of the house can show, its address.
import { addDays } from "@/parts/format";
import { rangeKey } from "@/parts/period";
import { useBehind } from "@/rooms/profiles/behind";
import { useMay } from "@/shell/workspace";

interface Stretch {
  readonly first: string;
  readonly last: string;
}

export interface Behind extends Stretch {
  readonly list: "new" | "active" | "orders";
}

const NEW = new Set([
  "new_users",
  "cac",
  "ltv",
  "ltv_cac",
  "registration_conversion",
  "retention_day_1",
  "retention_day_7",
  "retention_day_30",
]);
const ACTIVE = new Set(["dau", "arpu", "feature_penetration"]);
const ORDERS = new Set(["average_order_value", "arppu", "repeat_purchase_rate"]);
/** These look back from the last day of the period. */
const TRAILING: Readonly<Record<string, number>> = { wau: 7, mau: 30, dau_mau: 30, strong_ties: 30 };

/** Whom or what a value of these days is made of; null where no list shows it. */
export function behindOf(metric: string, { first, last }: Stretch): Behind | null {
  if (NEW.has(metric)) return { list: "new", first, last };
  if (ACTIVE.has(metric)) return { list: "active", first, last };
  if (ORDERS.has(metric)) return { list: "orders", first, last };
  const days = TRAILING[metric];
  return days === undefined ? null : { list: "active", first: addDays(last, 1 - days), last };
}

/** The address of that list, where this person may see it. */
export function useBehindMetric(metric: string): (days: Stretch) => string | undefined {
  const people = useMay("people:read");
  const events = useMay("events:read");
  const behind = useBehind({ key: "all" });
  return (days) => {
    const found = behindOf(metric, days);
    if (!found) return undefined;
    const period = `&period=${rangeKey(found.first, found.last)}`;
    if (found.list === "orders") return events ? behind.events({ revenue: true }) + period : undefined;
    return people ? behind.people({ who: found.list }) + period : undefined;
  };
}
