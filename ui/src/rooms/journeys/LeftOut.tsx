// What is not in "all time"? Few events years away from all others are left out; how many, and of which days.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDay, formatNumber } from "@/parts/format";

const CODES = { events_left_out: "truth.eventsLeftOut", sessions_left_out: "truth.sessionsLeftOut" } as const;

interface LeftOutProps {
  readonly warnings: readonly { readonly code?: unknown; readonly subject?: unknown; readonly near?: unknown }[];
  readonly children: (words: string) => ReactNode;
}

/** Draws nothing where all there is was counted. */
export function LeftOut({ warnings, children }: LeftOutProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  for (const { code, subject, near } of warnings) {
    const key = code === "events_left_out" || code === "sessions_left_out" ? CODES[code] : null;
    const [from, to] = Array.isArray(near) ? near.map(String) : [];
    const count = Number(subject);
    if (!key || !from || !to) continue;
    const ends = { from: formatDay(from, tag), to: formatDay(to, tag) };
    const days = from === to ? ends.from : t("period.range", ends);
    return children(t(key, { count, n: formatNumber(count, tag), days }));
  }
  return null;
}
