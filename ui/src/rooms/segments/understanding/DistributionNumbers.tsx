// How do the numbers of a tag or a trait spread? The quantiles first, then a histogram of which every bar is a group of people.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Facts } from "@/parts/Facts";
import { Card } from "@/parts/Page";
import type { JsonObject } from "../dump";
import { useAsking } from "../useAsking";
import type { Distribution } from "./queries";
import styles from "./Understanding.module.css";
import { useShownName, useShownValue } from "./useFindingWords";
import { within } from "./within";

type Numbers = NonNullable<Distribution["numbers"]>;
type Bin = Numbers["bins"][number];

export function DistributionNumbers({ found, numbers }: { found: Distribution; numbers: Numbers }): ReactNode {
  const { t } = useTranslation();
  const { tag: locale } = useLanguage();
  const name = useShownName()(found.of, found.name);
  const valueOf = useShownValue();
  const shown = (value: number): string => valueOf(found.of, found.name, rounded(value));
  const range = (low: number, high: number): string => t("distribution.range", { low: shown(low), high: shown(high) });
  const most = Math.max(1, ...numbers.bins.map((bin) => bin.people));
  const spread = numbers.high - numbers.low;
  const at = (value: number): string => `${spread > 0 ? ((value - numbers.low) / spread) * 100 : 50}%`;
  return (
    <Card title={`${name} · ${t("distribution.numbers")}`} note={t("distribution.numbersNote")}>
      <section aria-label={t("distribution.numbers")}>
        <div className={styles.histogram}>
          {numbers.bins.map((bin, i) => (
            <BinLink
              key={bin.low}
              bin={bin}
              last={i === numbers.bins.length - 1}
              found={found}
              height={bin.people / most}
              label={t("distribution.bin", { low: shown(bin.low), high: shown(bin.high), count: formatNumber(bin.people, locale) })}
            />
          ))}
        </div>
        <div className={styles.box} aria-hidden>
          <span className={styles.whisker} style={{ left: at(numbers.p5), right: `calc(100% - ${at(numbers.p95)})` }} />
          <span className={styles.middle} style={{ left: at(numbers.p25), right: `calc(100% - ${at(numbers.p75)})` }} />
          <span className={styles.median} style={{ left: at(numbers.median) }} />
        </div>
        <div className={styles.axis} aria-hidden>
          <span>{shown(numbers.low)}</span>
          <span>{shown(numbers.high)}</span>
        </div>
        <Facts
          columns={2}
          items={[
            [t("distribution.median"), shown(numbers.median)],
            [t("distribution.mean"), shown(numbers.mean)],
            [t("distribution.middle"), range(numbers.p25, numbers.p75)],
            [t("distribution.deviation"), numbers.deviation === null ? "–" : shown(numbers.deviation)],
            [t("distribution.most"), range(numbers.p5, numbers.p95)],
            [t("distribution.low"), shown(numbers.low)],
            [t("understanding.people"), formatNumber(numbers.people, locale)],
            [t("distribution.high"), shown(numbers.high)],
          ]}
        />
      </section>
    </Card>
  );
}

interface BinLinkProps {
  readonly bin: Bin;
  readonly last: boolean;
  readonly found: Distribution;
  readonly height: number;
  readonly label: string;
}

function BinLink({ bin, last, found, height, label }: BinLinkProps): ReactNode {
  const asking = useAsking();
  const test = (op: string, value: number): JsonObject => ({ [found.of]: { name: found.name, op, value } });
  const condition = within(found, [test("gte", bin.low), test(last ? "lte" : "lt", bin.high)]);
  if (bin.people === 0) return <span className={styles.bin} />;
  return (
    <Link className={styles.bin} to={asking(condition)} title={label} aria-label={label}>
      <span style={{ height: `${Math.max(height * 100, 1)}%` }} />
    </Link>
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
