// What does the address ask of a map? The period, the segment, and the number that is open.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

import { readPeriod, type Period } from "@/parts/period";
import { useQuarter } from "@/parts/useNow";
import { useParam } from "@/parts/useParam";
import { useWorkspace } from "@/shell/workspace";
import { wordOf, type MapCell } from "./cell";
import type { Unit } from "./contract";
import type { Spec } from "../reports/spec";

/** A month: a map of all time is slow to draw where there is much, and has nothing to be compared with. */
export const USUAL_PERIOD = "d30";

export function useMapPeriod(): [Period, (key: string) => void] {
  const { zone } = useWorkspace();
  const [key, setKey] = useParam("period", USUAL_PERIOD);
  const now = useQuarter();
  const period = useMemo(() => readPeriod(key, now, zone), [key, now, zone]);
  return [period, setKey];
}

const DAY = 86_400_000;

/** So that a small line has neither two points nor hundreds. */
export function unitOf({ first, last }: Pick<Period, "first" | "last">): Unit {
  if (first === null || last === null) return "week";
  const days = (Date.parse(last) - Date.parse(first)) / DAY + 1;
  return days <= 62 ? "day" : days <= 400 ? "week" : "month";
}

/** As the report takes it. */
export function specOf(map: string, period: Period, segment: string, sample: number | null = null): Spec {
  const all = period.first === null && period.last === null;
  return {
    map,
    first_day: period.first,
    last_day: period.last,
    unit: unitOf(period),
    ...(all ? {} : { compare: "previous_period" }),
    ...(segment ? { segment } : {}),
    ...(sample === null ? {} : { sample_percent: sample }),
  };
}

/** The address of this page with a number open. */
export function useOpening(): (cell: MapCell) => string {
  const [params] = useSearchParams();
  return useCallback(
    (cell) => {
      const copy = new URLSearchParams(params);
      copy.set("behind", wordOf(cell));
      return `?${copy.toString()}`;
    },
    [params],
  );
}
