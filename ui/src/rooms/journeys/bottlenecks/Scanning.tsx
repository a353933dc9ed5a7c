// How far is the scan, and what did it find? Runs when the page asks something new; can be stopped, and done again.
import { useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { Button, Progress, Spin } from "antd";
import { RefreshCw, ScanSearch, ShieldCheck, Sprout } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import type { ReportAnswer } from "@/api/contract";
import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { farQuery } from "@/parts/followed";
import { Card, Stack } from "@/parts/Page";
import { Failure, Notice } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { Behind } from "../behind/Behind";
import type { JourneyMap } from "../map/contract";
import { offerOf, SampleNote, TooLarge, useSample } from "../reports/TooLarge";
import styles from "./Bottlenecks.module.css";
import { FindingCard } from "./FindingCard";
import { cellOf, openedOf, wordOf, type Opened } from "./opened";
import { RATE, scanQuery, type Scan, type ScanSpec } from "./queries";
import { Scanned } from "./Scanned";
import { useSliceWords } from "./words";

export function Scanning({ map, spec }: { map: JourneyMap; spec: ScanSpec }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const client = useQueryClient();
  const options = scanQuery(slug, spec, map.version);
  const query = useQuery(options);
  const [, setSample] = useSample();
  if (query.isFetching) return <Running scan={options.queryKey} onStop={() => void client.cancelQueries({ queryKey: options.queryKey })} />;
  const offer = offerOf(query.error);
  if (offer !== null) {
    return <TooLarge error={query.error} percent={offer} onSample={() => setSample(offer)} retry={() => void query.refetch()} />;
  }
  if (query.error) return <Failure error={query.error} retry={query.refetch} />;
  if (!query.data) {
    return (
      <Notice
        icon={ScanSearch}
        title={t("bottlenecks.stopped.title")}
        text={t("bottlenecks.stopped.text")}
        action={<Button onClick={() => void query.refetch()}>{t("bottlenecks.scan")}</Button>}
      />
    );
  }
  return <Found answer={query.data} spec={spec} again={() => void query.refetch()} />;
}

function Running({ scan, onStop }: { scan: QueryKey; onStop: () => void }): ReactNode {
  const { t } = useTranslation();
  const { data: far = 0 } = useQuery(farQuery(scan));
  const percent = Math.round(far * 100);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((old) => old + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Card>
      <div className={styles.running} role="status">
        <Spin />
        <div>
          <strong>{t("bottlenecks.running")}</strong>
          <Progress percent={percent} size="small" status="active" aria-label={t("bottlenecks.far")} />
          <p className="soft">{t("bottlenecks.runningText")}</p>
          <p className="faint tabular" aria-hidden>
            {t("bottlenecks.seconds", { n: seconds })}
          </p>
        </div>
        <Button onClick={onStop}>{t("actions.cancel")}</Button>
      </div>
    </Card>
  );
}

interface FoundProps {
  readonly answer: ReportAnswer<Scan>;
  readonly spec: ScanSpec;
  readonly again: () => void;
}

function Found({ answer, spec, again }: FoundProps): ReactNode {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [sample, setSample] = useSample();
  const scan = answer.data;
  const open = (opened: Opened): string => {
    const copy = new URLSearchParams(params);
    copy.set("behind", wordOf(opened));
    return `?${copy.toString()}`;
  };
  return (
    <>
      <Stack>
        {sample === null ? null : <SampleNote percent={sample} onAll={() => setSample(null)} />}
        {scan.findings.length === 0 ? (
          <Silent scan={scan} />
        ) : (
          <>
            <p className={styles.summary}>
              {t("bottlenecks.found", { count: scan.findings.length })}
              <span className="faint">
                {t("bottlenecks.scanned")} <Time at={answer.asked_at} />
              </span>
              <Button size="small" type="text" icon={<RefreshCw size={13} aria-hidden />} onClick={again}>
                {t("bottlenecks.again")}
              </Button>
            </p>
            {scan.findings.map((finding, place) => (
              <FindingCard
                key={JSON.stringify([finding.cell, finding.kind])}
                finding={finding}
                rank={place + 1}
                scan={scan}
                spec={spec}
                first={answer.first_day}
                open={(outcome, before) => open({ rank: place + 1, outcome, before })}
              />
            ))}
          </>
        )}
        <Scanned scan={scan} first={answer.first_day} last={answer.last_day} />
      </Stack>
      <People scan={scan} spec={spec} />
    </>
  );
}

/** Nothing is said where nothing is beyond chance, and why that can be believed. */
function Silent({ scan }: { scan: Scan }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const path = usePath();
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 });
  const few = scan.tests === 0;
  return (
    <Card>
      <Notice
        icon={few ? Sprout : ShieldCheck}
        title={t(few ? "bottlenecks.tooFew.title" : "bottlenecks.silent.title")}
        text={
          few
            ? t("bottlenecks.tooFew.text")
            : t("bottlenecks.silent.text", { n: formatNumber(scan.tests, tag), rate: percent.format(RATE) })
        }
        action={
          <Link to={path("journey")}>
            <Button>{t("bottlenecks.toMap")}</Button>
          </Link>
        }
      />
    </Card>
  );
}

/** The people of the number that the address names. */
function People({ scan, spec }: { scan: Scan; spec: ScanSpec }): ReactNode {
  const { t } = useTranslation();
  const [word, setWord] = useParam("behind");
  const words = useSliceWords(scan.axes);
  const opened = openedOf(word);
  const finding = opened ? scan.findings[opened.rank - 1] : undefined;
  if (!opened || !finding) return <Behind asked={null} title="" suggestion="" onClose={() => setWord("")} />;
  const who = words.slice(finding.slice);
  const names = { from: finding.from, to: finding.to, who };
  const title = t(`bottlenecks.opened.${opened.outcome}`, names);
  return (
    <Behind
      asked={{ report: "bottlenecks", spec, cell: cellOf(finding, opened) }}
      title={title}
      note={opened.before ? t("bottlenecks.whoBefore", { who }) : who}
      suggestion={opened.outcome === "lost" ? t("bottlenecks.segmentName", names).slice(0, 200) : `${title} · ${who}`.slice(0, 200)}
      onClose={() => setWord("")}
    />
  );
}
