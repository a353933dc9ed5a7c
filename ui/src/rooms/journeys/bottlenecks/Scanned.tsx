// What was looked at, so that silence can be trusted? Days, steps, dimensions, and what had to be left out.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { formatNumber } from "@/parts/format";
import { Facts, type Fact } from "@/parts/Facts";
import { Card, Stack } from "@/parts/Page";
import { Day, Time } from "@/parts/values";
import { shortTime } from "../map/figures";
import styles from "./Bottlenecks.module.css";
import { RATE, type Scan } from "./queries";
import { useSliceWords } from "./words";

interface ScannedProps {
  readonly scan: Scan;
  readonly first: string | null;
  readonly last: string | null;
}

export function Scanned({ scan, first, last }: ScannedProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const said = useWords();
  const words = useSliceWords(scan.axes);
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 });
  const reason = (code: string): string => said(`bottlenecks.skipReasons.${code}`) ?? t("bottlenecks.skipReasons.other");
  const skipped = scan.skipped.map(({ kind, name, reason: why }) =>
    t("bottlenecks.skippedOne", { name: words.axis(kind, name), why: reason(why) }),
  );
  const facts: Fact[] = [
    [
      t("bottlenecks.period"),
      <>
        <Day day={first} /> – <Day day={last} />
      </>,
    ],
    [
      t("bottlenecks.before"),
      scan.before ? (
        <>
          <Day day={scan.before.first_day} /> – <Day day={scan.before.last_day} />
        </>
      ) : (
        "–"
      ),
    ],
    [t("bottlenecks.countedUntil"), <Time key="until" at={scan.counted_until} exact />],
    [t("bottlenecks.window"), shortTime(scan.window_seconds, tag)],
    [t("bottlenecks.testsMade"), formatNumber(scan.tests, tag)],
    [t("bottlenecks.rate"), percent.format(RATE)],
  ];
  const listed: Fact[] = [
    [t("bottlenecks.steps"), scan.steps.map(({ from, to }) => `${from} → ${to}`).join(t("bottlenecks.comma"))],
    [t("bottlenecks.axes"), scan.axes.map((axis) => words.axis(axis.kind, axis.name)).join(t("bottlenecks.comma")) || "–"],
  ];
  return (
    <Card title={t("bottlenecks.looked")} note={t("bottlenecks.lookedNote")}>
      <Stack gap={6}>
        <Facts items={facts} columns={2} />
        <Facts items={listed} />
      </Stack>
      {skipped.length > 0 ? (
        <details className={styles.skipped}>
          <summary>{t("bottlenecks.skipped", { count: skipped.length })}</summary>
          <ul>
            {skipped.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </Card>
  );
}
