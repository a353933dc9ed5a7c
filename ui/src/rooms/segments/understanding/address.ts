// Which segments does the address name? Keys have no commas, so they stand in one value.
import { useMemo } from "react";

import { useParam } from "@/parts/useParam";
import { usePath } from "@/shell/workspace";

export type View = "comparison" | "overlap" | "distribution";
export const VIEWS: readonly View[] = ["comparison", "overlap", "distribution"];

export function useChosen(): [readonly string[], (keys: readonly string[]) => void] {
  const [text, set] = useParam("segments");
  const keys = useMemo(() => [...new Set(text.split(",").filter(Boolean))], [text]);
  return [keys, (next) => set(next.join(","), { without: ["combination"] })];
}

/** Where segments are looked at together. */
export function useUnderstanding(): (view: View, keys: readonly string[]) => string {
  const path = usePath();
  return (view, keys) => {
    const params = new URLSearchParams({ ...(view === "comparison" ? {} : { view }), segments: keys.join(",") });
    return `${path("understanding")}?${params.toString()}`;
  };
}
