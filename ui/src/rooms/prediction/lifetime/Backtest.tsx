// Which ways of foretelling were tried on the months held out, how did each do, and does the one in use say what came?
import { Skeleton, Table, type TableColumnsType } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { formatMoney } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { useFigure, useShare } from "../words";
import type { Judged, Result } from "./queries";

const FigureChart = lazy(() => import("../FigureChart"));

export function Backtest({ result }: { result: Result }): ReactNode {
  const { t } = useTranslation();
  return (
    <Card flush title={t("lifetime.backtest")} note={t("lifetime.backtestNote")}>
      <Ways result={result} />
    </Card>
  );
}

function Ways({ result }: { result: Result }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const words = useWords();
  const figure = useFigure();
  const share = useShare();
  const columns: TableColumnsType<Judged> = [
    {
      title: t("lifetime.way"),
      key: "way",
      render: (_, { key }) => (
        <>
          {words(`lifetime.ways.${key}`) ?? key} {key === result.way ? <Pill tone="good">{t("lifetime.used")}</Pill> : null}
        </>
      ),
    },
    { title: t("lifetime.deviance"), key: "deviance", align: "right", render: (_, { deviance }) => figure(deviance) },
    {
      title: t("lifetime.error"),
      key: "error",
      align: "right",
      responsive: ["sm"],
      render: (_, { mean_error: error }) => <span className="tabular">{formatMoney(Math.round(error), result.currency, tag, true)}</span>,
    },
    {
      title: t("lifetime.bias"),
      key: "bias",
      align: "right",
      render: (_, { bias }) => <span className="tabular">{`${bias > 0 ? "+" : ""}${share(bias)}`}</span>,
    },
    { title: t("lifetime.rank"), key: "rank", align: "right", responsive: ["lg"], render: (_, { rank }) => figure(rank, 2) },
    {
      title: t("lifetime.coverage"),
      key: "coverage",
      align: "right",
      responsive: ["sm"],
      render: (_, { coverage }) => (coverage === null ? "–" : share(coverage, 0)),
    },
  ];
  const rows = [...result.judged].sort((a, b) => a.deviance - b.deviance);
  return <Table<Judged> rowKey="key" size="small" columns={columns} dataSource={rows} pagination={false} />;
}

export function Calibration({ result }: { result: Result }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const money = (value: number): string => formatMoney(Math.round(value), result.currency, tag, true);
  const tenths = result.judged.find((one) => one.key === result.way)?.tenths ?? [];
  const most = Math.max(...tenths.flatMap((one) => [one.predicted, one.observed]), 1);
  return (
    <Card title={t("lifetime.calibration")} note={t("lifetime.calibrationNote")}>
      <Suspense fallback={<Skeleton active />}>
        <FigureChart
          caption={t("lifetime.calibration")}
          xName={t("lifetime.predicted")}
          writeX={money}
          writeY={money}
          lines={[
            { name: t("lifetime.observed"), colour: "chart-1", points: tenths.map((one) => [one.predicted, one.observed] as const) },
            { name: t("lifetime.perfect"), colour: "ink-faint", dashed: true, points: [[0, 0] as const, [most, most] as const] },
          ]}
        />
      </Suspense>
    </Card>
  );
}
