// Where do the numbers of the overview lead? To the lists of people and events; those of a segment open beside the page.
import { useSearchParams } from "react-router";

import type { Period } from "@/parts/period";
import { useBehind, WHO, type Who } from "@/rooms/profiles/behind";

export interface OverviewCell {
  readonly who: Who;
  readonly event?: string;
}

export interface OverviewLinks {
  readonly people: (asked?: { readonly who?: Who; readonly event?: string }) => string;
  /** Undefined where no list shows just these events. */
  readonly events: (asked?: { readonly event?: string; readonly revenue?: boolean }) => string | undefined;
}

/** some: whether only some people count, so that no list shows just them. */
export function useOverviewLinks(period: Period, some: boolean): OverviewLinks {
  const behind = useBehind(period);
  const [params] = useSearchParams();
  if (!some) return behind;
  return {
    people: ({ who = "active", event } = {}) => {
      const cell: OverviewCell = { who, ...(event === undefined ? {} : { event }) };
      const next = new URLSearchParams(params);
      next.set("behind", JSON.stringify(cell));
      return `?${next.toString()}`;
    },
    events: () => undefined,
  };
}

/** What the address opens; null for nothing, and for what is no number of this page. */
export function overviewCellOf(word: string): OverviewCell | null {
  try {
    const found: unknown = JSON.parse(word);
    if (typeof found !== "object" || found === null) return null;
    const { who, event } = found as Readonly<Record<string, unknown>>;
    const known = WHO.find((one) => one === who);
    return known ? { who: known, ...(typeof event === "string" ? { event } : {}) } : null;
  } catch {
    return null;
  }
}
