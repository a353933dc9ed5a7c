// How is a value of a report written? By its format, in the reader's language and the workspace's currency.
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatCompact, formatDay, formatMoney, formatNumber, formatTime } from "@/parts/format";
import { useWorkspace } from "@/shell/workspace";
import type { Format } from "../view";

export type Write = (value: string | number | null, format: Format, short?: boolean) => string;

const DASH = "–";
const STEPS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** A length of time in its largest unit, with a place behind the point where it is short: 1.5 hr, 8.6 min. */
function seconds(value: number, tag: string, short: boolean): string {
  const [unit, size] = STEPS.find(([, length]) => value >= length) ?? ["second", 1];
  const options = { style: "unit", unit, unitDisplay: short ? "narrow" : "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(tag, options).format(value / size);
}

function bucket(value: string, unit: string, zone: string, tag: string, short: boolean): string {
  if (value.length > 10) {
    if (!short) return formatTime(value, zone, tag, false);
    const hour = new Intl.DateTimeFormat(tag, { timeZone: zone, month: "numeric", day: "numeric", hour: "2-digit", hourCycle: "h23" });
    return hour.format(new Date(value));
  }
  if (unit === "month") {
    const month = new Intl.DateTimeFormat(tag, { timeZone: "UTC", year: short ? "2-digit" : "numeric", month: "short" });
    return month.format(new Date(`${value}T00:00:00Z`));
  }
  return formatDay(value, tag, !short);
}

/** unit: of the buckets of the answer. */
export function useWrite(unit: string): Write {
  const { tag } = useLanguage();
  const { zone, currency } = useWorkspace();
  const { t } = useTranslation();
  return useCallback(
    (value, format, short = false) => {
      if (value === null) return DASH;
      if (typeof value === "string") {
        if (format !== "bucket" || !/^\d{4}-\d\d-\d\d/.test(value)) return value;
        const shown = bucket(value, unit, zone, tag, short);
        return unit === "week" && !short ? t("reports.weekOf", { day: shown }) : shown;
      }
      switch (format) {
        case "share":
          return new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: short ? 0 : 1 }).format(value);
        case "money":
          return formatMoney(value, currency, tag, short);
        case "seconds":
          return seconds(value, tag, short);
        default:
          return short ? formatCompact(value, tag) : formatNumber(value, tag);
      }
    },
    [tag, zone, currency, unit, t],
  );
}
