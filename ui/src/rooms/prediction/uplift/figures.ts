// How are changes, coefficients and money of uplift written?
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatMoney } from "@/parts/format";
import { useFigure } from "../words";
import type { Found, Interval, UpliftResult } from "./queries";

interface Figures {
  /** A change of the outcome: percentage points, or money. */
  readonly change: (value: number) => string;
  readonly money: (minor: number) => string;
  /** A mean outcome: a share, or money. */
  readonly mean: (value: number) => string;
  readonly within: (of: Interval, write: (value: number) => string) => string;
}

export function useFigures(result: Pick<UpliftResult, "outcome" | "currency">): Figures {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const figure = useFigure();
  const money = (minor: number): string => formatMoney(Math.round(minor), result.currency, tag, Math.abs(minor) >= 100_000);
  const counted = result.outcome === "conversion";
  return {
    change: (value) => (counted ? t("uplift.points", { points: figure(value * 100, 1) }) : money(value)),
    money,
    mean: (value) => (counted ? `${figure(value * 100, 1)}%` : money(value)),
    within: (of, write) => t("uplift.interval", { low: write(of.low), high: write(of.high) }),
  };
}

/** The coefficient that is shown: Qini, or of revenue the area itself. */
export function shownOf(found: Pick<Found, "qini" | "area">): Interval {
  return found.qini ?? found.area;
}
