// How are values and effects of an experiment written?
import { useMemo } from "react";

import { useLanguage } from "@/i18n/useLanguage";
import { formatMoney, formatNumber } from "@/parts/format";
import { useWorkspace } from "@/shell/workspace";

export interface Writing {
  /** A value of a metric in its unit. */
  readonly value: (value: number | null, unit: string) => string;
  /** A relative change with its sign. */
  readonly change: (value: number) => string;
  /** An absolute change with its sign, in its unit. */
  readonly absolute: (value: number, unit: string) => string;
  readonly percent: (value: number, digits?: number) => string;
  /** A p-value. */
  readonly chance: (value: number | null) => string;
}

const DASH = "–";

export function useWriting(): Writing {
  const { tag } = useLanguage();
  const { currency } = useWorkspace();
  return useMemo(() => {
    const percent = (value: number, digits = 1): string =>
      new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: digits }).format(value);
    const plain = (value: number, unit: string): string =>
      unit === "money" ? formatMoney(value, currency, tag) : unit === "share" ? percent(value, 2) : formatNumber(value, tag);
    const signed = (text: string, value: number): string => (value > 0 ? `+${text}` : text);
    return {
      value: (value, unit) => (value === null ? DASH : plain(value, unit)),
      change: (value) => signed(percent(value), value),
      absolute: (value, unit) => signed(plain(value, unit), value),
      percent,
      chance: (value) =>
        value === null ? DASH : value < 0.001 ? "< 0.001" : new Intl.NumberFormat(tag, { maximumFractionDigits: 3 }).format(value),
    };
  }, [tag, currency]);
}
