// What are the numbers behind the chart? Bucket by bucket, and part by part; those with people behind them open their list.
import { Button, Table, type TableColumnsType } from "antd";
import { FileDown } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card } from "@/parts/Page";
import { useGroupName } from "./Breakdown";
import { csvOf } from "./csv";
import { formatFigure, type Measure } from "./figures";
import { bucketName } from "./frame";
import { useMeasure, useSaid } from "./marks";
import styles from "./Metric.module.css";
import { useOpening } from "./MetricPeople";
import type { Answer, Metric, Part, Point, Value } from "./queries";

interface TableProps {
  readonly answer: Answer;
  readonly metric: Metric;
}

/** Units in which the two numbers of a quotient say something; an average of people is its days. */
const PARTED: ReadonlySet<Metric["unit"]> = new Set(["share", "money", "seconds"]);

/** The two numbers of a quotient: people and counts as they are, money where the metric is money by people. */
function useQuotient(metric: Metric, measure: Measure) {
  const plain: Measure = { ...measure, unit: "count" };
  const upper: Measure = metric.unit === "money" ? measure : metric.unit === "seconds" ? measure : plain;
  return { upper: (value: number) => formatFigure(value, upper), lower: (value: number) => formatFigure(value, plain) };
}

function ValueCell({ value, measure, to }: { value: Value; measure: Measure; to?: string | undefined }): ReactNode {
  const { t } = useTranslation();
  const said = useSaid();
  if (value.value === null) {
    // The same long sentence on every row would drown the numbers.
    const why = value.reason ? (value.reason.code === "not_ripe" ? t("kpis.early") : said(value.reason)) : "–";
    return <span className={styles.noValue}>{why}</span>;
  }
  const shown = <span className="tabular">{formatFigure(value.value, measure)}</span>;
  return to ? <Link to={to}>{shown}</Link> : shown;
}

/** What the chart and the tables show, as a file. */
function Download({ answer }: { answer: Answer }): ReactNode {
  const { t } = useTranslation();
  const groupName = useGroupName();
  const save = (): void => {
    const address = URL.createObjectURL(new Blob(["\ufeff", csvOf(answer, groupName)], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${answer.metric}_${answer.first_day}_${answer.last_day}.csv`;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Button size="small" icon={<FileDown size={13} aria-hidden />} onClick={save}>
      {t("kpis.download")}
    </Button>
  );
}

export function Numbers({ answer, metric }: TableProps): ReactNode {
  const { t } = useTranslation();
  const measure = useMeasure(answer.unit);
  const opening = useOpening(answer);
  const { upper, lower } = useQuotient(metric, measure);
  const rows = [...answer.points].filter((point) => point.value.reason?.code !== "future").reverse();
  const quotient = rows.some((point) => point.value.denominator !== null) && PARTED.has(metric.unit);
  const wished = rows.some((point) => point.target !== null);
  const columns: TableColumnsType<Point> = [
    {
      title: t(`kpis.unitNames.${answer.bucket_unit}`),
      key: "bucket",
      render: (_, point) => (
        <>
          <span className={styles.bucket}>{bucketName(point.bucket, answer.bucket_unit, measure.tag)}</span>
          {point.complete || point.value.value === null ? null : <span className={styles.growing}>{t("kpis.growing")}</span>}
        </>
      ),
    },
    {
      title: t("kpis.value"),
      key: "value",
      align: "right",
      render: (_, { value, first_day, last_day }) => <ValueCell value={value} measure={measure} to={opening.days(first_day, last_day)} />,
    },
    ...(quotient
      ? [
          {
            title: t("kpis.numerator"),
            key: "numerator",
            align: "right" as const,
            responsive: ["sm" as const],
            render: (_: unknown, { value }: Point) => (
              <span className="tabular">{value.numerator === null ? "–" : upper(value.numerator)}</span>
            ),
          },
          {
            title: t("kpis.denominator"),
            key: "denominator",
            align: "right" as const,
            responsive: ["sm" as const],
            render: (_: unknown, { value }: Point) => (
              <span className="tabular">{value.denominator === null ? "–" : lower(value.denominator)}</span>
            ),
          },
        ]
      : []),
    ...(wished
      ? [
          {
            title: t("kpis.target"),
            key: "target",
            align: "right" as const,
            render: (_: unknown, { target }: Point) => (target === null ? "–" : formatFigure(target, measure)),
          },
        ]
      : []),
  ];
  return (
    <Card title={t("kpis.numbers")} actions={<Download answer={answer} />} flush>
      <Table<Point>
        rowKey="bucket"
        size="middle"
        columns={columns}
        dataSource={rows}
        pagination={rows.length > 15 ? { pageSize: 15, showSizeChanger: false } : false}
      />
    </Card>
  );
}

export function Parts({ answer, metric }: TableProps): ReactNode {
  const { t } = useTranslation();
  const opening = useOpening(answer);
  const measure = useMeasure(answer.unit);
  const groupName = useGroupName();
  const { upper, lower } = useQuotient(metric, measure);
  const quotient = answer.parts.some((part) => part.value.denominator !== null) && PARTED.has(metric.unit);
  const number = (value: number | null, write: (value: number) => string): ReactNode => (
    <span className="tabular">{value === null ? "–" : write(value)}</span>
  );
  const columns: TableColumnsType<Part> = [
    { title: t("kpis.by.group"), key: "group", render: (_, part) => groupName(part.group) },
    {
      title: t("kpis.value"),
      key: "value",
      align: "right",
      render: (_, part) => <ValueCell value={part.value} measure={measure} to={opening.group(part.group)} />,
    },
    ...(quotient
      ? [
          {
            title: t("kpis.numerator"),
            key: "numerator",
            align: "right" as const,
            responsive: ["sm" as const],
            render: (_: unknown, part: Part) => number(part.value.numerator, upper),
          },
          {
            title: t("kpis.denominator"),
            key: "denominator",
            align: "right" as const,
            responsive: ["sm" as const],
            render: (_: unknown, part: Part) => number(part.value.denominator, lower),
          },
        ]
      : []),
  ];
  return (
    <Card title={t("kpis.by.title")} note={t("kpis.by.note")} flush>
      <Table<Part>
        rowKey={(part) => JSON.stringify(part.group)}
        size="middle"
        columns={columns}
        dataSource={[...answer.parts]}
        pagination={false}
      />
    </Card>
  );
}
