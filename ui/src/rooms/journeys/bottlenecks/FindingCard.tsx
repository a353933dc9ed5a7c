// What was found, what is it worth, since when, for whom, and what to do about it? One loss, with its evidence folded away.
import { Button, Tooltip } from "antd";
import { ArrowRight, Users } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDay, formatMoney, formatNumber } from "@/parts/format";
import { Stat, Stats } from "@/parts/Facts";
import { Pill } from "@/parts/Pill";
import { MakeSegment } from "../behind/MakeSegment";
import styles from "./Bottlenecks.module.css";
import { Evidence } from "./Evidence";
import type { Outcome } from "./opened";
import type { Finding, Scan, ScanSpec } from "./queries";
import { RateChart } from "./RateChart";
import { useSliceWords } from "./words";

interface CardProps {
  readonly finding: Finding;
  readonly rank: number;
  readonly scan: Scan;
  readonly spec: ScanSpec;
  /** First day of the period. */
  readonly first: string | null;
  /** Address at which the people of a number are open. */
  readonly open: (outcome: Outcome, before: boolean) => string;
}

export function FindingCard({ finding, rank, scan, spec, first, open }: CardProps): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const words = useSliceWords(scan.axes);
  const who = words.slice(finding.slice);
  const suggestion = t("bottlenecks.segmentName", { from: finding.from, to: finding.to, who }).slice(0, 200);
  return (
    <article className={styles.finding} aria-label={t("bottlenecks.nth", { n: rank })}>
      <header className={styles.head}>
        <span className={styles.rank} aria-hidden>
          {rank}
        </span>
        <h2 className={styles.step}>
          {finding.from}
          <ArrowRight size={14} aria-hidden />
          {finding.to}
        </h2>
        <Pill tone={finding.kind === "change" ? "bad" : "info"}>{t(`bottlenecks.kinds.${finding.kind}`)}</Pill>
        <Pill tone="accent">{who}</Pill>
        <Warnings finding={finding} scan={scan} />
      </header>
      <p className={styles.sentence}>{finding.sentence[language]}</p>
      <div className={styles.body}>
        <Worth finding={finding} currency={scan.currency} />
        <RateChart finding={finding} first={first} />
      </div>
      {finding.echoes.length > 0 ? (
        <p className={styles.echoes}>
          {t("bottlenecks.echoes")}
          {finding.echoes.slice(0, 8).map((echo) => (
            <Pill key={words.slice(echo)}>{words.slice(echo)}</Pill>
          ))}
          {finding.echoes.length > 8 ? t("bottlenecks.moreEchoes", { count: finding.echoes.length - 8 }) : null}
        </p>
      ) : null}
      <div className={styles.actions}>
        <MakeSegment
          asked={{ report: "bottlenecks", spec, cell: finding.cell }}
          suggestion={suggestion}
          words={t("bottlenecks.makeSegment")}
          primary={rank === 1}
        />
        <Link to={open("lost", false)} preventScrollReset>
          <Button icon={<Users size={14} aria-hidden />}>{t("bottlenecks.whoLost")}</Button>
        </Link>
      </div>
      <details className={styles.evidence}>
        <summary>{t("bottlenecks.evidence")}</summary>
        <Evidence finding={finding} scan={scan} open={open} />
      </details>
    </article>
  );
}

function Warnings({ finding, scan }: { finding: Finding; scan: Scan }): ReactNode {
  const { t } = useTranslation();
  const words = useSliceWords(scan.axes);
  return finding.warnings.map(({ code, kind, name }) => (
    <Tooltip key={`${code} ${name ?? ""}`} title={t(`bottlenecks.warningText.${code}`, { name: words.axis(kind, name) })}>
      <span tabIndex={0}>
        <Pill tone="warn">{t(`bottlenecks.warnings.${code}`, { name: words.axis(kind, name) })}</Pill>
      </span>
    </Tooltip>
  ));
}

function Worth({ finding, currency }: { finding: Finding; currency: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { recoverable, since, now, compared } = finding;
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 });
  const whole = (value: number): string => formatNumber(Math.round(Math.max(value, 0)), tag);
  const [low, high] = recoverable.interval;
  return (
    <Stats>
      <Stat
        name={t("bottlenecks.recoverable")}
        value={whole(recoverable.people)}
        note={t("bottlenecks.between", { low: whole(low), high: whole(high) })}
      />
      {recoverable.minor === null ? null : (
        <Stat
          name={t("bottlenecks.worth")}
          value={formatMoney(Math.max(recoverable.minor, 0), currency, tag, recoverable.minor >= 100_000_00)}
          note={t("bottlenecks.inPeriod")}
        />
      )}
      <Stat
        name={t("bottlenecks.goOn")}
        value={percent.format(now.rate)}
        note={t(finding.kind === "change" ? "bottlenecks.rateBefore" : "bottlenecks.rateOthers", { rate: percent.format(compared.rate) })}
      />
      {since ? (
        <Stat
          name={t("bottlenecks.since")}
          value={formatDay(since.day, tag, false)}
          note={
            since.earliest === since.latest
              ? undefined
              : t("bottlenecks.between", { low: formatDay(since.earliest, tag, false), high: formatDay(since.latest, tag, false) })
          }
        />
      ) : null}
    </Stats>
  );
}
