// Where do the people and the events behind a number of a period stand? The addresses of their lists, cut to the same days.
import type { Period } from "@/parts/period";
import { usePath } from "@/shell/workspace";

export type Who = "active" | "new" | "identified";
export const WHO: readonly Who[] = ["active", "new", "identified"];

interface Behind {
  readonly people: (asked?: { readonly who?: Who; readonly event?: string }) => string;
  readonly events: (asked?: { readonly event?: string; readonly revenue?: boolean }) => string;
}

function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  return given.length ? `${path}?${new URLSearchParams(given).toString()}` : path;
}

export function useBehind({ key }: Pick<Period, "key">): Behind {
  const path = usePath();
  const period = key === "all" ? "" : key;
  return {
    people: ({ who = "active", event = "" } = {}) => withQuery(path("people"), { who, event, period }),
    events: ({ event = "", revenue = false } = {}) => withQuery(path("events"), { event, revenue: revenue ? "1" : "", period }),
  };
}
