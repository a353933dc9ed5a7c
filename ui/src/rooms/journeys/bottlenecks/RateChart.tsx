// Since when do fewer go on? The share of each day, the period in question shaded, and the day of the change.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDay } from "@/parts/format";
import styles from "./Bottlenecks.module.css";
import type { Finding } from "./queries";
import { lineOf, placeOf } from "./rates";

export function RateChart({ finding, first }: { finding: Finding; first: string | null }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { series, since } = finding;
  const { parts, top } = lineOf(series);
  const at = (day: string): number => {
    const place = series.findIndex((one) => one.day >= day);
    return placeOf(Math.max(place, 0), series.length);
  };
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 });
  const label = t("bottlenecks.chart", { from: finding.from, to: finding.to });
  return (
    <figure className={styles.figure}>
      <div className={styles.plot}>
        <span className={styles.top}>{percent.format(top)}</span>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={label}>
          <title>{label}</title>
          {first ? <rect x={at(first)} y={0} width={100 - at(first)} height={100} className={styles.period} /> : null}
          {since ? (
            <rect x={at(since.earliest)} y={0} width={at(since.latest) - at(since.earliest)} height={100} className={styles.range} />
          ) : null}
          {since ? <line x1={at(since.day)} x2={at(since.day)} y1={0} y2={100} className={styles.since} /> : null}
          {parts.map((part) => (
            <polyline key={part} points={part} className={styles.rate} />
          ))}
        </svg>
      </div>
      <figcaption className={styles.days}>
        <span>{formatDay(series[0]?.day ?? "", tag, false)}</span>
        {since ? <strong>{t("bottlenecks.sinceShort", { day: formatDay(since.day, tag, false) })}</strong> : null}
        <span>{formatDay(series.at(-1)?.day ?? "", tag, false)}</span>
      </figcaption>
    </figure>
  );
}
