// How did a version do on what it had not seen, beside the rule? The figures, whether they can be trusted, what it gains, and why.
import { Skeleton, Table, type TableColumnsType } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Stack } from "@/parts/Page";
import { Num } from "@/parts/values";
import styles from "./Models.module.css";
import type { Backtest, ModelVersion } from "./queries";
import { useFigure, useLabel, useShare } from "./words";

const FigureChart = lazy(() => import("./FigureChart"));

export function BacktestView({ version }: { version: ModelVersion }): ReactNode {
  const { t } = useTranslation();
  const { backtest } = version;
  return (
    <Stack>
      <Figures backtest={backtest} />
      <div className={styles.two}>
        <Card title={t("models.calibration")} note={t("models.calibrationNote")}>
          <Calibration backtest={backtest} />
        </Card>
        <Card title={t("models.lift")} note={t("models.liftNote")}>
          <Lift backtest={backtest} />
        </Card>
      </div>
      <div className={styles.two}>
        <Card title={t("models.importance")} note={t("models.importanceNote")}>
          <Importance backtest={backtest} />
        </Card>
        <Card flush title={t("models.folds")} note={t(backtest.kind === "time" ? "models.foldsTime" : "models.foldsPerson")}>
          <Folds backtest={backtest} />
        </Card>
      </div>
      {(backtest.expansion ?? []).length > 0 ? (
        <Card flush title={t("models.expansion")} note={t("models.expansionNote")}>
          <Expansion backtest={backtest} />
        </Card>
      ) : null}
    </Stack>
  );
}

function Figures({ backtest }: { backtest: Backtest }): ReactNode {
  const { t } = useTranslation();
  const figure = useFigure();
  const share = useShare();
  const { auc, rule_auc: rule, auc_gain: gain, brier } = backtest;
  const between = ({ low, high }: { low: number; high: number }): string => t("models.between", { low: figure(low), high: figure(high) });
  return (
    <Stats>
      <Stat name={t("models.auc")} value={<span className="tabular">{figure(auc.value)}</span>} note={between(auc)} />
      <Stat name={t("models.ruleAuc")} value={<span className="tabular">{figure(rule.value)}</span>} note={between(rule)} />
      <Stat
        name={t("models.gain")}
        value={<span className="tabular">{`${gain.value > 0 ? "+" : ""}${figure(gain.value)}`}</span>}
        note={between(gain)}
      />
      <Stat
        name={t("models.brier")}
        value={<span className="tabular">{figure(brier.model ?? 0)}</span>}
        note={t("models.brierNote", { rule: figure(brier.rule ?? 0) })}
      />
      <Stat
        name={t("models.baseRate")}
        value={<span className="tabular">{share(backtest.base_rate)}</span>}
        note={t("models.judgedOn", { count: backtest.rows })}
      />
    </Stats>
  );
}

function Calibration({ backtest }: { backtest: Backtest }): ReactNode {
  const { t } = useTranslation();
  const share = useShare();
  const groups = backtest.calibration;
  const highest = Math.max(...groups.flatMap((group) => [group.predicted, group.observed]), 0.01);
  const most = Math.min(1, Math.ceil(highest * 10) / 10);
  return (
    <Suspense fallback={<Skeleton active />}>
      <FigureChart
        caption={t("models.calibration")}
        xName={t("models.predicted")}
        writeX={(value) => share(value)}
        writeY={(value) => share(value)}
        most={most}
        lines={[
          { name: t("models.observed"), colour: "chart-1", points: groups.map((group) => [group.predicted, group.observed] as const) },
          { name: t("models.perfect"), colour: "ink-faint", dashed: true, points: [[0, 0] as const, [most, most] as const] },
        ]}
      />
    </Suspense>
  );
}

function Lift({ backtest }: { backtest: Backtest }): ReactNode {
  const { t } = useTranslation();
  const share = useShare();
  const { lift } = backtest;
  const from = [0, 0] as const;
  return (
    <Suspense fallback={<Skeleton active />}>
      <FigureChart
        caption={t("models.lift")}
        xName={t("models.chosen")}
        writeX={(value) => share(value / 100, 0)}
        writeY={(value) => share(value, 0)}
        lines={[
          {
            name: t("models.theModel"),
            colour: "chart-1",
            points: [from, ...lift.map(({ model }) => [model.percent, model.found] as const)],
          },
          { name: t("models.theRule"), colour: "chart-2", points: [from, ...lift.map(({ rule }) => [rule.percent, rule.found] as const)] },
          {
            name: t("models.chance"),
            colour: "ink-faint",
            dashed: true,
            points: [from, [lift.at(-1)?.model.percent ?? 100, (lift.at(-1)?.model.percent ?? 100) / 100] as const],
          },
        ]}
      />
    </Suspense>
  );
}

const SHOWN = 12;

function Importance({ backtest }: { backtest: Backtest }): ReactNode {
  const label = useLabel();
  const share = useShare();
  const first = [...backtest.importance].sort((a, b) => b.share - a.share).slice(0, SHOWN);
  const most = Math.max(...first.map((each) => each.share), 0.001);
  return (
    <ul className={styles.bars}>
      {first.map((each) => (
        <li key={each.feature}>
          <span>{label(each)}</span>
          <span className="tabular faint">{share(each.share)}</span>
          <span className={styles.track} aria-hidden>
            <span style={{ width: `${(each.share / most) * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}

type Fold = Backtest["folds"][number];

function Folds({ backtest }: { backtest: Backtest }): ReactNode {
  const { t } = useTranslation();
  const figure = useFigure();
  const share = useShare();
  const number = (value: number): ReactNode => <span className="tabular">{figure(value)}</span>;
  const columns: TableColumnsType<Fold> = [
    { title: t("models.fold"), key: "name", render: (_, { name }) => <span className="tabular">{name}</span> },
    { title: t("models.scoredPeople"), key: "rows", align: "right", render: (_, { rows }) => <Num value={rows} /> },
    { title: t("models.baseRate"), key: "base", align: "right", responsive: ["sm"], render: (_, fold) => share(fold.base_rate) },
    { title: t("models.theModel"), key: "auc", align: "right", render: (_, { auc }) => number(auc) },
    { title: t("models.theRule"), key: "rule", align: "right", render: (_, { rule_auc: auc }) => number(auc) },
  ];
  return <Table<Fold> rowKey="name" size="small" columns={columns} dataSource={[...backtest.folds]} pagination={false} />;
}

type Reach = NonNullable<Backtest["expansion"]>[number];

function Expansion({ backtest }: { backtest: Backtest }): ReactNode {
  const { t } = useTranslation();
  const figure = useFigure();
  const share = useShare();
  const columns: TableColumnsType<Reach> = [
    { title: t("models.chosen"), key: "percent", render: (_, { percent }) => share(percent / 100) },
    { title: t("models.scoredPeople"), key: "people", align: "right", render: (_, { people }) => <Num value={people} /> },
    {
      title: t("models.scoreFrom"),
      key: "score",
      align: "right",
      render: (_, { score }) => <span className="tabular">{figure(score)}</span>,
    },
    { title: t("models.found"), key: "found", align: "right", render: (_, { found }) => share(found) },
    { title: t("models.alike"), key: "alike", align: "right", render: (_, { alike }) => share(alike) },
  ];
  return <Table<Reach> rowKey="percent" size="small" columns={columns} dataSource={[...(backtest.expansion ?? [])]} pagination={false} />;
}
