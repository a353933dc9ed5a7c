// How is a number written on the picture, where there is little room? Large ones short, shares and times in their largest unit.
import { useMemo } from "react";

import { useLanguage } from "@/i18n/useLanguage";
import { formatCompact, formatNumber } from "@/parts/format";

const LARGE = 100_000;

export interface Figures {
  readonly exact: (value: number) => string;
  /** Short from a hundred thousand on. */
  readonly count: (value: number) => string;
  readonly share: (value: number | null) => string;
  readonly change: (value: number) => string;
  readonly time: (seconds: number | null) => string;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

export function shortTime(seconds: number, tag: string): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1];
  const value = seconds / size;
  const digits = { maximumFractionDigits: value < 10 ? 1 : 0 };
  return new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "short", ...digits }).format(value);
}

export function figuresIn(tag: string): Figures {
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 });
  const signed = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });
  return {
    exact: (value) => formatNumber(value, tag),
    count: (value) => (value < LARGE ? formatNumber(value, tag) : formatCompact(value, tag)),
    share: (value) => (value === null ? "–" : percent.format(value)),
    change: (value) => signed.format(Math.min(value, 9.99)),
    time: (seconds) => (seconds === null ? "–" : shortTime(seconds, tag)),
  };
}

export function useFigures(): Figures {
  const { tag } = useLanguage();
  return useMemo(() => figuresIn(tag), [tag]);
}
