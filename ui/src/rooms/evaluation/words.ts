// How are amounts, shares and reasons of evaluation said?
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatMoney } from "@/parts/format";
import type { Tone } from "@/parts/Pill";
import { usePath } from "@/shell/workspace";
import type { Effect, Worth } from "./queries";

export const PROPOSAL_TONES: Record<Worth["proposal"], Tone> = { scale: "good", keep: "info", fix: "warn", retire: "bad", wait: "plain" };

/** Everything, or a programme: it holds other actions. */
export function isSummary({ kind }: Pick<Worth, "kind">): boolean {
  return kind === "programme" || kind === "everything";
}

export interface Say {
  readonly money: (minor: number) => string;
  readonly share: (value: number) => string;
  readonly points: (value: number) => string;
  readonly people: (value: number) => string;
}

export function useSay(currency: string): Say {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const digits = (value: number, most: number): string => value.toLocaleString(tag, { maximumFractionDigits: most });
  return {
    money: (minor) => formatMoney(Math.round(minor), currency, tag),
    share: (value) => value.toLocaleString(tag, { style: "percent", maximumFractionDigits: 1 }),
    points: (value) => t("evaluation.points", { value: digits(value * 100, 2) }),
    people: (value) => digits(value, 1),
  };
}

/** The mean of one person, and what an action adds to it, in the words of the measure. */
export function sayMeasure(say: Say, measure: Effect["measure"]): { mean: (value: number) => string; change: (value: number) => string } {
  if (measure === "revenue") return { mean: say.money, change: say.money };
  return measure === "nps" ? { mean: say.people, change: say.people } : { mean: say.share, change: say.points };
}

export function useCauses(): (worth: Worth) => string {
  const { t } = useTranslation();
  return (worth) => worth.causes.map((cause) => t(`evaluation.causes.${cause}`)).join(" ");
}

/** Where an action itself is looked after; nothing for what another tool sent. */
export function useHome(): (worth: Pick<Worth, "kind" | "key">) => string | null {
  const path = usePath();
  return ({ kind, key }) => {
    if (isSummary({ kind })) return path("holdouts");
    if (kind === "change" || kind === "coupon" || kind === "slot") return path("experiments", key.split(":")[0] ?? "");
    return kind === "flow" ? path("flows", key) : kind === "campaign" ? path("campaigns", key) : null;
  };
}
