// How are the values of a tag spread over people? Bars that open the people behind them.
import { useQuery } from "@tanstack/react-query";
import { ChartBar } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { formatPercent } from "./marks";
import { distributionQuery, type Distribution, type Tag } from "./queries";
import styles from "./Tags.module.css";
import { useWhich } from "./useWhich";
import { useTagValue } from "./words";

export function Spread({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(distributionQuery(slug, tag.key));
  return (
    <Card title={t("tags.distribution")} note={t("tags.distributionNote")}>
      <Ready query={query}>
        {(found) =>
          found.people === 0 ? (
            <Notice compact icon={ChartBar} title={t("tags.noValues.title")} text={t("tags.noValues.text")} />
          ) : found.bins.length > 1 && found.distinct > 12 ? (
            <Histogram tag={tag} found={found} />
          ) : (
            <Values tag={tag} found={found} />
          )
        }
      </Ready>
    </Card>
  );
}

function Values({ tag, found }: { tag: Tag; found: Distribution }): ReactNode {
  const { t } = useTranslation();
  const { tag: locale } = useLanguage();
  const shown = useTagValue();
  const { which, choose } = useWhich();
  const most = Math.max(...found.values.map((each) => each.people), 1);
  const rest = found.distinct - found.values.length;
  return (
    <>
      <div className={styles.values}>
        {found.values.map(({ value, people }) => {
          const json = JSON.stringify(value);
          return (
            <button
              key={json}
              type="button"
              className={styles.part}
              aria-pressed={which.value === json}
              onClick={() => choose({ value: json })}
            >
              <span>{shown(tag, value)}</span>
              <span className={styles.wide} aria-hidden>
                <span style={{ width: `${(people / most) * 100}%` }} />
              </span>
              <span className="tabular">
                {formatNumber(people, locale)} <span className="faint">{formatPercent(people / found.people, locale)}</span>
              </span>
            </button>
          );
        })}
      </div>
      {rest > 0 ? <p className="faint">{t("tags.more", { count: rest })}</p> : null}
    </>
  );
}

function Histogram({ tag, found }: { tag: Tag; found: Distribution }): ReactNode {
  const { t } = useTranslation();
  const { tag: locale } = useLanguage();
  const shown = useTagValue();
  const { which, choose } = useWhich();
  const most = Math.max(...found.bins.map((bin) => bin.people), 1);
  const [first, last] = [found.bins[0], found.bins.at(-1)];
  return (
    <>
      <div className={styles.histogram}>
        {found.bins.map(({ low, high, people }) => {
          const range = t("tags.range", { low: shown(tag, low), high: shown(tag, high) });
          const label = `${range}: ${formatNumber(people, locale)}`;
          return (
            <button
              key={low}
              type="button"
              className={styles.bin}
              title={label}
              aria-label={label}
              aria-pressed={which.low === low}
              disabled={people === 0}
              onClick={() => choose({ low, high })}
            >
              {people > 0 ? <span style={{ height: `${(people / most) * 100}%` }} /> : null}
            </button>
          );
        })}
      </div>
      <div className={styles.axis} aria-hidden>
        <span>{first ? shown(tag, first.low) : null}</span>
        <span>{last ? shown(tag, last.high) : null}</span>
      </div>
      <p className={styles.middle}>
        {found.mean === null ? null : <span>{t("tags.mean", { value: shown(tag, rounded(found.mean)) })}</span>}
        {found.median === null ? null : <span>{t("tags.median", { value: shown(tag, rounded(found.median)) })}</span>}
      </p>
    </>
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
