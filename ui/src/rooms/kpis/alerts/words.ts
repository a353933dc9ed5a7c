// How is a rule said in words, and in which state is an alert?
import { useTranslation } from "react-i18next";

import type { Tone } from "@/parts/Pill";
import { formatFigure } from "../figures";
import { useMeasure } from "../marks";
import type { Metric } from "../queries";
import type { Alert, AlertSpec } from "./queries";

export function useRuleWords(): (spec: AlertSpec, metric: Pick<Metric, "unit"> | undefined) => string {
  const { t } = useTranslation();
  const measure = useMeasure("ratio");
  return ({ rule, unit = "day" }, metric) => {
    const per = t(`alerts.per.${unit}`);
    if (rule.kind === "anomaly") return `${per}${t("alerts.colon")}${t(`alerts.unusual.${rule.direction ?? "both"}`)}`;
    const shown = (value: number): string => formatFigure(value, { ...measure, unit: metric?.unit ?? "ratio" });
    const { above = null, below = null } = rule;
    if (above !== null && below !== null) {
      return `${per}${t("alerts.colon")}${t("alerts.outside", { low: shown(below), high: shown(above) })}`;
    }
    if (above !== null) return `${per}${t("alerts.colon")}${t("alerts.over", { limit: shown(above) })}`;
    return `${per}${t("alerts.colon")}${t("alerts.under", { limit: shown(below ?? 0) })}`;
  };
}

export type Standing = "off" | "failing" | "thin" | "new" | "on";

export const TONES: Record<Standing, Tone> = { off: "plain", failing: "bad", thin: "warn", new: "info", on: "good" };

/** Notes of the server that are no failure: there was nothing to judge. */
export const NOTES = ["no_value", "too_little_history"] as const;
export type Note = (typeof NOTES)[number];

export function isNote(text: string): text is Note {
  return (NOTES as readonly string[]).includes(text);
}

export function standingOf({ enabled, failure, looked_at }: Pick<Alert, "enabled" | "failure" | "looked_at">): Standing {
  if (!enabled) return "off";
  if (failure !== "") return isNote(failure) ? "thin" : "failing";
  return looked_at === null ? "new" : "on";
}
