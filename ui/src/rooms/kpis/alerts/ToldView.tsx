// What was the value, what would have been usual, and what moved it?
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { Facts, type Fact } from "@/parts/Facts";
import { formatFigure } from "../figures";
import { bucketName, type Unit } from "../frame";
import { useMeasure } from "../marks";
import type { Metric } from "../queries";
import styles from "./Alerts.module.css";
import type { Contribution, Told } from "./told";

interface ToldViewProps {
  readonly told: Told;
  readonly unit: Unit;
  readonly measured: Metric["unit"];
}

const COUNTED: ReadonlySet<Metric["unit"]> = new Set(["people", "count", "share", "seconds"]);

export function ToldView({ told, unit, measured }: ToldViewProps): ReactNode {
  const { t } = useTranslation();
  const measure = useMeasure(measured);
  const shown = (value: number): string => formatFigure(value, measure);
  // Nothing is counted below 0, so a limit there says nothing.
  const low = told.low !== null && told.low <= 0 && COUNTED.has(measured) ? null : told.low;
  const usual = (): string => {
    if (low !== null && told.high !== null) return t("alerts.told.between", { low: shown(low), high: shown(told.high) });
    if (low !== null) return t("alerts.told.atLeast", { low: shown(low) });
    return told.high === null ? "–" : t("alerts.told.atMost", { high: shown(told.high) });
  };
  const facts: Fact[] = [
    [
      t("alerts.told.value"),
      told.value === null ? (
        "–"
      ) : (
        <strong key="value" className="tabular">
          {shown(told.value)}
        </strong>
      ),
    ],
    ...(told.expected === null
      ? []
      : [[t(told.yearly ? "alerts.told.expectedYear" : "alerts.told.expected"), shown(told.expected)] as const]),
    [t("alerts.told.fine"), usual()],
  ];
  return (
    <>
      <Facts items={facts} />
      {told.explanation.length > 0 ? (
        <div className={styles.explained}>
          <p className="soft">
            {told.comparedWith
              ? t("alerts.told.moved", { day: bucketName(told.comparedWith, unit, measure.tag) })
              : t("alerts.told.movedPlain")}
          </p>
          <Explanation items={told.explanation} shown={shown} tag={measure.tag} />
        </div>
      ) : null}
    </>
  );
}

interface ExplanationProps {
  readonly items: readonly Contribution[];
  readonly shown: (value: number) => string;
  readonly tag: string;
}

function Explanation({ items, shown, tag }: ExplanationProps): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 });
  const number = (value: number | null): string => (value === null ? "–" : shown(value));
  const columns: TableColumnsType<Contribution> = [
    {
      title: t("alerts.told.part"),
      key: "part",
      render: (_, { dimension, value }) => (
        <>
          <span className="faint">{words(`kpis.columns.${dimension}`) ?? dimension}</span> {value || t("kpis.by.none")}
        </>
      ),
    },
    {
      title: t("alerts.told.change"),
      key: "change",
      align: "right",
      render: (_, { before, now }) => <span className="tabular">{`${number(before)} → ${number(now)}`}</span>,
    },
    {
      title: t("alerts.told.share"),
      key: "share",
      align: "right",
      render: (_, { share }) => (share === null ? "–" : percent.format(share)),
    },
  ];
  return (
    <Table<Contribution>
      rowKey={({ dimension, value }) => `${dimension} ${value}`}
      size="small"
      columns={columns}
      dataSource={[...items]}
      pagination={false}
    />
  );
}
