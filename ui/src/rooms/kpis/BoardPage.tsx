// How are we doing? Every metric of the period, what can be bought today beside what lasts, under the guardrails.
import { useQuery } from "@tanstack/react-query";
import { Button, Spin } from "antd";
import { Activity, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Page, Stack } from "@/parts/Page";
import { Failure, Loading, Notice } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { stretchName, type Frame } from "./frame";
import { FramePicker, useFrame, useFrameSearch } from "./FramePicker";
import { GuardStrip } from "./guardrails/GuardStrip";
import styles from "./Kpis.module.css";
import { Freshness, useMeasure } from "./marks";
import { MetricCard } from "./MetricCard";
import { boardQuery, metricsQuery, type Answer, type Metric } from "./queries";
import { topicsOf } from "./topics";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const frame = useFrame();
  const metrics = useQuery(metricsQuery(slug));
  const board = useQuery(boardQuery(slug, frame));
  const error = metrics.error ?? board.error;
  return (
    <Page title={t("kpis.title")} lead={t("kpis.lead")} actions={<FramePicker frame={frame} />}>
      <Stack>
        <GuardStrip />
        {metrics.data && board.data ? (
          <Board metrics={metrics.data.items} answers={board.data.items} frame={frame} stale={board.isPlaceholderData} />
        ) : error ? (
          <Failure error={error} retry={() => Promise.all([metrics.refetch(), board.refetch()])} />
        ) : (
          <Loading rows={12} />
        )}
      </Stack>
    </Page>
  );
}

interface BoardProps {
  readonly metrics: readonly Metric[];
  readonly answers: readonly Answer[];
  readonly frame: Frame;
  readonly stale: boolean;
}

function Board({ metrics, answers, frame, stale }: BoardProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useMeasure("count");
  const found = new Map(answers.map((answer) => [answer.metric, answer]));
  const [some] = answers;
  const before = some?.previous;
  const quiet = ["new_users", "dau"].every((key) => !found.get(key)?.value.value);
  return (
    <div className={stale ? styles.stale : undefined} aria-busy={stale}>
      <div className={styles.bar}>
        <span>
          {stretchName(frame.first, frame.last, tag)}
          {before ? ` · ${t("kpis.comparedWith", { days: stretchName(before.first_day, before.last_day, tag) })}` : null}
        </span>
        {stale ? <Spin size="small" aria-label={t("states.loading")} /> : <Freshness watermark={some?.watermark} />}
      </div>
      {quiet ? <Quiet /> : null}
      <div className={styles.horizons} aria-hidden>
        <span>{t("kpis.short")}</span>
        <span>{t("kpis.long")}</span>
      </div>
      {topicsOf(metrics).map((topic) => (
        <section key={topic.key} className={styles.topic} aria-label={t(`kpis.topics.${topic.key}`)}>
          <h2>{t(`kpis.topics.${topic.key}`)}</h2>
          <div className={styles.sides}>
            {(["short", "long"] as const).map((side) => (
              <div key={side}>
                {topic[side].length > 0 ? <h3 className={styles.sideName}>{t(`kpis.${side}`)}</h3> : null}
                <Cards metrics={topic[side]} found={found} />
              </div>
            ))}
          </div>
        </section>
      ))}
      <OwnMetric />
    </div>
  );
}

function Cards({ metrics, found }: { metrics: readonly Metric[]; found: ReadonlyMap<string, Answer> }): ReactNode {
  const search = useFrameSearch();
  return (
    <div className={styles.cards}>
      {metrics.map((metric) => {
        const answer = found.get(metric.key);
        return answer ? <MetricCard key={metric.key} metric={metric} answer={answer} search={search} /> : null;
      })}
    </div>
  );
}

/** Nobody did anything in the period. */
function Quiet(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Notice
      compact
      icon={Activity}
      title={t("kpis.quiet.title")}
      text={t("kpis.quiet.text")}
      action={
        <>
          <Link to="?period=year">
            <Button>{t("kpis.quiet.longer")}</Button>
          </Link>
          <Link to={path("imports", "new")}>
            <Button>{t("kpis.quiet.import")}</Button>
          </Link>
        </>
      }
    />
  );
}

function OwnMetric(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("kpis:write") ? (
    <Link to={path("custom-metrics", "new-metric")} className={styles.own}>
      <Plus size={14} aria-hidden /> {t("kpis.newOwn")}
    </Link>
  ) : null;
}
