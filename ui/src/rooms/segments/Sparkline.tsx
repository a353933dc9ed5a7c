// Does it grow or shrink? The size of the last weeks as a small line, said in words for those who do not see it.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { addDays, dayOf, formatNumber } from "@/parts/format";
import { useQuarter } from "@/parts/useNow";
import { useWorkspace } from "@/shell/workspace";
import { historyQuery, type Segment, type Size } from "./queries";
import styles from "./Segments.module.css";

const WIDTH = 96;
const HEIGHT = 24;

/** The line as SVG points; flat where nothing changed. */
export function pointsOf(sizes: readonly number[]): string {
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const step = WIDTH / Math.max(1, sizes.length - 1);
  const height = (size: number): number => (high === low ? HEIGHT / 2 : HEIGHT - 2 - ((size - low) / (high - low)) * (HEIGHT - 4));
  return sizes.map((size, i) => `${(i * step).toFixed(1)},${height(size).toFixed(1)}`).join(" ");
}

/** Days before the segment existed are no history of it. */
export function sinceMade(items: readonly Size[], created: string, zone: string): readonly Size[] {
  const first = dayOf(new Date(created), zone);
  return items.filter((item) => item.day >= first);
}

export function Sparkline({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug, zone } = useWorkspace();
  const first = addDays(dayOf(useQuarter(), zone), -29);
  const query = useQuery(historyQuery(slug, segment, first));
  const items = sinceMade(query.data?.items ?? [], segment.created_at, zone);
  const [from, to] = [items[0], items.at(-1)];
  if (!from || !to || items.length < 2) return <span className="faint">–</span>;
  const label = t("segments.trend", { first: formatNumber(from.size, tag), last: formatNumber(to.size, tag) });
  return (
    <svg className={styles.spark} width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <polyline points={pointsOf(items.map((item) => item.size))} />
    </svg>
  );
}
