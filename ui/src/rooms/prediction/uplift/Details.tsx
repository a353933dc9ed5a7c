// What does one action change of whom? Its curve, and what it really did in each tenth.
import { Table, type TableColumnsType } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Loading } from "@/parts/states";
import { useFigure, useShare } from "../words";
import { shownOf, useFigures } from "./figures";
import type { Action, Found, Tenth, UpliftResult } from "./queries";

const FigureChart = lazy(() => import("../FigureChart"));

interface OfOne {
  readonly result: UpliftResult;
  readonly found: Found;
}

export function Figures({ result, found, action }: OfOne & { action: Action }): ReactNode {
  const { t } = useTranslation();
  const figure = useFigure();
  const { change, within, money } = useFigures(result);
  const shown = shownOf(found);
  const write = found.qini ? (value: number): string => figure(value, 3) : money;
  const other = found.learners.find((one) => one.key !== found.learner);
  const shownOther = other ? shownOf(other) : null;
  return (
    <Card title={action.name} note={t(`uplift.advice.${found.advice}`)}>
      <Stats>
        <Stat
          name={t(found.qini ? "uplift.qini" : "uplift.area")}
          value={<span className="tabular">{write(shown.value)}</span>}
          note={within(shown, write)}
        />
        {found.auuc ? (
          <Stat
            name={t("uplift.auuc")}
            value={<span className="tabular">{figure(found.auuc.value, 3)}</span>}
            note={within(found.auuc, (value) => figure(value, 3))}
          />
        ) : null}
        <Stat
          name={t("uplift.average")}
          value={<span className="tabular">{change(found.average.value)}</span>}
          note={within(found.average, change)}
        />
        <Stat
          name={t("uplift.learner")}
          value={t(`uplift.learners.${found.learner}`)}
          note={
            shownOther
              ? t("uplift.learnerNote", { value: write(shownOther.value), low: write(shownOther.low), high: write(shownOther.high) })
              : null
          }
        />
      </Stats>
      {found.qini ? (
        <p className="soft" style={{ margin: "14px 0 0" }}>
          {t("uplift.convention")}
        </p>
      ) : null}
    </Card>
  );
}

export function Curve({ result, found }: OfOne): ReactNode {
  const { t } = useTranslation();
  const share = useShare();
  const { change } = useFigures(result);
  const line = (of: "gain" | "low" | "high" | "line") => found.curve.map((point) => [point.share, point[of]] as const);
  return (
    <Card title={t("uplift.curve")} note={t("uplift.curveNote")}>
      <Suspense fallback={<Loading />}>
        <FigureChart
          caption={t("uplift.curve")}
          xName={t("uplift.share")}
          writeX={(value) => share(value, 0)}
          writeY={change}
          lines={[
            { name: t("uplift.gain"), colour: "chart-1", points: line("gain") },
            { name: t("uplift.low"), colour: "ink-faint", dashed: true, points: line("low") },
            { name: t("uplift.high"), colour: "chart-2", dashed: true, points: line("high") },
            { name: t("uplift.line"), colour: "chart-3", points: line("line") },
          ]}
        />
      </Suspense>
    </Card>
  );
}

export function Tenths({ result, found }: OfOne): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { change, mean, within } = useFigures(result);
  const rows = found.tenths.map((tenth, place) => ({ ...tenth, place: place + 1 }));
  const columns: TableColumnsType<Tenth & { place: number }> = [
    { title: t("uplift.tenth"), key: "place", render: (_, { place }) => formatNumber(place, tag) },
    {
      title: t("uplift.treated"),
      key: "treated",
      align: "right",
      responsive: ["sm"],
      render: (_, row) => (row.treated === null ? "–" : mean(row.treated)),
    },
    {
      title: t("uplift.control"),
      key: "control",
      align: "right",
      responsive: ["sm"],
      render: (_, row) => (row.control === null ? "–" : mean(row.control)),
    },
    {
      title: t("uplift.changed"),
      key: "change",
      align: "right",
      render: (_, row) => (
        <span className="tabular">
          {change(row.change.value)}
          <div className="soft">{within(row.change, change)}</div>
        </span>
      ),
    },
  ];
  return (
    <Card flush title={t("uplift.tenths")} note={t("uplift.tenthsNote")}>
      <Table rowKey="place" size="small" columns={columns} dataSource={rows} pagination={false} />
    </Card>
  );
}
