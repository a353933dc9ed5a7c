// What did each channel cost? The rows of a period, put together by channel, the most expensive first.
import { minorPerUnit } from "@/parts/money";
import type { Spend } from "./queries";

export interface Channel {
  readonly channel: string;
  readonly amount: number;
  /** Of all spend of the period, 0 to 1. */
  readonly share: number;
  /** The latest day first. */
  readonly days: readonly Spend[];
}

export function channelsOf(items: readonly Spend[]): readonly Channel[] {
  const total = items.reduce((sum, { amount_minor }) => sum + amount_minor, 0);
  const groups = new Map<string, Spend[]>();
  for (const item of items) groups.set(item.channel, [...(groups.get(item.channel) ?? []), item]);
  return [...groups]
    .map(([channel, days]) => {
      const amount = days.reduce((sum, { amount_minor }) => sum + amount_minor, 0);
      return { channel, amount, share: total > 0 ? amount / total : 0, days: [...days].sort((a, b) => b.day.localeCompare(a.day)) };
    })
    .sort((a, b) => b.amount - a.amount || a.channel.localeCompare(b.channel));
}

/** The API takes amounts in whole units, as text, so that nothing is rounded on the way. */
export function amountText(minor: number, currency: string): string {
  const digits = Math.round(Math.log10(minorPerUnit(currency)));
  return (minor / 10 ** digits).toFixed(digits);
}
