// Where do the people or events behind a value stand? The address of the list, where a metric says of whom it is made.
import { addDays } from "@/parts/format";
import { rangeKey } from "@/parts/period";
import { useBehind } from "@/rooms/profiles/behind";
import { useMay } from "@/shell/workspace";
import type { Answer } from "./queries";

interface Stretch {
  readonly first: string;
  readonly last: string;
}

export interface Behind extends Stretch {
  readonly list: "new" | "active" | "orders";
}

/** What the answer says of whom it is made. */
type Made = Pick<Answer, "whom" | "back_days">;

const LISTS = { new: "new", active: "active", buyers: "orders" } as const;

/** Whom or what a value of these days is made of; null where no list shows it. */
export function behindOf({ whom, back_days }: Made, { first, last }: Stretch): Behind | null {
  return whom && { list: LISTS[whom], first: back_days ? addDays(last, 1 - back_days) : first, last };
}

/** The address of that list, where this person may see it. */
export function useBehindMetric(answer: Made): (days: Stretch) => string | undefined {
  const people = useMay("people:read");
  const events = useMay("events:read");
  const behind = useBehind({ key: "all" });
  return (days) => {
    const found = behindOf(answer, days);
    if (!found) return undefined;
    const period = `&period=${rangeKey(found.first, found.last)}`;
    if (found.list === "orders") return events ? behind.events({ revenue: true }) + period : undefined;
    return people ? behind.people({ who: found.list }) + period : undefined;
  };
}
