// What does every metric show, beside the control? The interval as a bar around no change.
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import type { Trial, TrialCompared, TrialMetricResult, TrialResults } from "./queries";
import styles from "./Trials.module.css";
import { useWriting } from "./useEffects";

interface Row {
  readonly id: string;
  readonly metric: TrialMetricResult;
  readonly compared: TrialCompared;
}

const TONES: Record<string, Tone> = { better: "good", worse: "bad" };

export function MetricTable({ trial, results }: { trial: Trial; results: TrialResults }): ReactNode {
  const { t } = useTranslation();
  const write = useWriting();
  const names = new Map(trial.spec.arms.map(({ key, name }) => [key, name]));
  const rows = results.metrics.flatMap((metric) =>
    metric.compared.map((compared): Row => ({ id: `${metric.key}-${compared.arm}`, metric, compared })),
  );
  const reach = Math.max(
    0.01,
    ...rows.map(({ compared }) => Math.min(2, Math.abs(compared.relative?.low ?? 0), Infinity)),
    ...rows.map(({ compared }) => Math.min(2, Math.abs(compared.relative?.high ?? 0))),
  );
  const valueOf = (metric: TrialMetricResult, arm: string): string =>
    write.value(metric.arms.find((one) => one.arm === arm)?.value ?? null, metric.unit);
  const columns: TableColumnsType<Row> = [
    {
      title: t("trials.metric"),
      key: "metric",
      render: (_, { metric, compared }) => (
        <>
          <strong>{metric.name}</strong>
          <div className="faint">
            {t(`trials.roles.${metric.role}`)} · {names.get(compared.arm)}
          </div>
        </>
      ),
    },
    {
      title: t("trials.control"),
      key: "control",
      width: 110,
      align: "right",
      responsive: ["md"],
      render: (_, { metric }) => valueOf(metric, trial.spec.control),
    },
    {
      title: t("trials.value"),
      key: "value",
      width: 110,
      align: "right",
      responsive: ["md"],
      render: (_, { metric, compared }) => valueOf(metric, compared.arm),
    },
    { title: t("trials.change"), key: "change", width: 170, align: "right", render: (_, row) => <Change row={row} /> },
    {
      title: t("trials.interval"),
      key: "bar",
      width: 180,
      responsive: ["lg"],
      render: (_, { compared }) => <IntervalBar compared={compared} reach={reach} />,
    },
    {
      title: t("trials.chance"),
      key: "p",
      width: 100,
      align: "right",
      responsive: ["sm"],
      render: (_, { compared }) =>
        compared.belief ? t("trials.betterChance", { share: write.percent(compared.belief.better) }) : write.chance(compared.adjusted_p),
    },
    {
      title: t("trials.says"),
      key: "verdict",
      width: 110,
      render: (_, { compared }) => <Pill tone={TONES[compared.verdict] ?? "plain"}>{t(`trials.marks.${compared.verdict}`)}</Pill>,
    },
  ];
  return (
    <Card title={t("trials.metrics")} note={t("trials.metricsNote", { level: write.percent(1 - results.alpha, 1) })} flush>
      <Table<Row> rowKey="id" size="middle" columns={columns} dataSource={rows} pagination={false} />
    </Card>
  );
}

function Change({ row: { metric, compared } }: { row: Row }): ReactNode {
  const { t } = useTranslation();
  const write = useWriting();
  const saved = 1 - metric.kept;
  if (compared.relative) {
    const { value, low, high } = compared.relative;
    return (
      <>
        <strong className="tabular">{write.change(value)}</strong>
        <div className="faint tabular">
          {write.change(low)} … {write.change(high)}
        </div>
        {saved > 0.005 ? <div className="faint">{t("trials.saved", { share: write.percent(saved, 0) })}</div> : null}
      </>
    );
  }
  if (compared.absolute) {
    const { value, low, high } = compared.absolute;
    return (
      <>
        <strong className="tabular">{write.absolute(value, metric.unit)}</strong>
        <div className="faint tabular">
          {write.absolute(low, metric.unit)} … {write.absolute(high, metric.unit)}
        </div>
      </>
    );
  }
  return <span className="faint">{t(`trials.reasons.${compared.reason || "nobody"}`)}</span>;
}

function IntervalBar({ compared, reach }: { compared: TrialCompared; reach: number }): ReactNode {
  if (!compared.relative) return null;
  const place = (value: number): number => 50 + (50 * Math.max(-reach, Math.min(reach, value))) / reach;
  const { value, low, high } = compared.relative;
  const tone = compared.verdict === "better" ? styles.better : compared.verdict === "worse" ? styles.worse : "";
  return (
    <div className={styles.bar} aria-hidden>
      <span className={styles.axis} style={{ left: "50%" }} />
      <span className={`${styles.range ?? ""} ${tone ?? ""}`} style={{ left: `${place(low)}%`, width: `${place(high) - place(low)}%` }} />
      <span className={styles.mark} style={{ left: `${place(value)}%` }} />
    </div>
  );
}
