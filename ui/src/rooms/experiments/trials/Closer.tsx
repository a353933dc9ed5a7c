// How did the effect come about? Day by day, for kinds of people, and whether it wears off.
import { useQuery } from "@tanstack/react-query";
import { Segmented, Select, Table, type TableColumnsType } from "antd";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useLanguage } from "@/i18n/useLanguage";
import { formatDay } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Loading, Ready } from "@/parts/states";
import { Num } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import { dailyQuery, groupsQuery, wearQuery, type Trial, type TrialMetricResult, type TrialResults } from "./queries";
import { Ranks } from "./Ranks";
import { useWriting } from "./useEffects";

const LinesChart = lazy(() => import("./LinesChart"));
const TRAITS = ["device", "os", "country", "channel"] as const;
const RANKED_KINDS = new Set(["mean", "revenue", "trimmed", "top_share"]);
const DAILY_KINDS = new Set(["mean", "proportion", "revenue"]);

export function Closer({ trial, results }: { trial: Trial; results: TrialResults }): ReactNode {
  const { t } = useTranslation();
  const primary = results.metrics.find(({ role }) => role === "primary") ?? results.metrics[0];
  const [key, setKey] = useState(primary?.key ?? "");
  const treatments = trial.spec.arms.filter((arm) => arm.key !== trial.spec.control);
  const [arm, setArm] = useState(treatments[0]?.key ?? "");
  const metric = results.metrics.find((one) => one.key === key);
  if (!metric) return null;
  const choice = (
    <>
      <Select<string>
        value={key}
        onChange={setKey}
        aria-label={t("trials.metric")}
        style={{ minWidth: 160 }}
        options={results.metrics.map((one) => ({ value: one.key, label: one.name }))}
      />
      {treatments.length > 1 ? (
        <Select<string>
          value={arm}
          onChange={setArm}
          aria-label={t("trials.arm")}
          style={{ minWidth: 120 }}
          options={treatments.map((one) => ({ value: one.key, label: one.name }))}
        />
      ) : null}
    </>
  );
  return (
    <>
      <Daily trial={trial} metric={metric} arm={arm} choice={choice} />
      <Groups trial={trial} metric={metric} arm={arm} />
      {RANKED_KINDS.has(metric.kind) ? <Ranks trial={trial} metric={metric} arm={arm} /> : null}
      {DAILY_KINDS.has(metric.kind) ? <Worn trial={trial} metric={metric} arm={arm} /> : null}
    </>
  );
}

interface Looking {
  readonly trial: Trial;
  readonly metric: TrialMetricResult;
  readonly arm: string;
}

function Daily({ trial, metric, arm, choice }: Looking & { choice: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(dailyQuery(slug, trial.key, metric.key));
  return (
    <Card title={t("trials.daily")} note={t("trials.dailyNote")} actions={choice}>
      <Ready query={query}>{({ items }) => <Days items={items.filter((one) => one.arm === arm)} unit={metric.unit} />}</Ready>
    </Card>
  );
}

function Days({ items, unit }: { items: readonly Schemas["TrialDay"][]; unit: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const write = useWriting();
  const relative = items.every(({ scale, effect }) => effect === null || scale === "relative");
  // The first days can be so wide that nothing else would be seen: what is wider than ten times the last is left out.
  const last = items.at(-1)?.effect;
  const most = last ? 10 * Math.max(Math.abs(last.low), Math.abs(last.high)) : Infinity;
  const shown = (value: number | undefined): number | null => (value === undefined || Math.abs(value) > most ? null : value);
  const lines = useMemo(
    () => [
      { name: t("trials.effect"), values: items.map(({ effect }) => shown(effect?.value)), colour: "chart-1" as const },
      { name: t("trials.low"), values: items.map(({ effect }) => shown(effect?.low)), colour: "ink-faint" as const, dashed: true },
      { name: t("trials.high"), values: items.map(({ effect }) => shown(effect?.high)), colour: "ink-faint" as const, dashed: true },
    ],
    // oxlint-disable-next-line react/exhaustive-deps -- shown goes by items
    [items, t],
  );
  const places = useMemo(() => items.map(({ day }) => formatDay(day, tag, false)), [items, tag]);
  if (!items.some(({ effect }) => effect !== null)) return <p className="faint">{t("trials.tooEarly")}</p>;
  return (
    <Suspense fallback={<Loading />}>
      <LinesChart
        title={t("trials.daily")}
        places={places}
        lines={lines}
        write={(value) => (relative ? write.change(value) : write.absolute(value, unit))}
      />
    </Suspense>
  );
}

function Groups({ trial, metric, arm }: Looking): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [trait, setTrait] = useState<string>("device");
  const query = useQuery(groupsQuery(slug, trial.key, metric.key, trait));
  const choice = (
    <Segmented<string>
      value={trait}
      onChange={setTrait}
      options={TRAITS.map((value) => ({ value, label: t(`trials.dimensions.${value}`) }))}
    />
  );
  return (
    <Card title={t("trials.groups")} note={t("trials.groupsNote")} actions={choice} flush>
      <Ready query={query}>{({ items }) => <GroupTable found={items.find((one) => one.arm === arm)} unit={metric.unit} />}</Ready>
    </Card>
  );
}

type Group = Schemas["TrialGroup"];

function GroupTable({ found, unit }: { found: Schemas["TrialArmGroups"] | undefined; unit: string }): ReactNode {
  const { t } = useTranslation();
  const write = useWriting();
  const columns: TableColumnsType<Group> = [
    { title: t("trials.group"), key: "group", render: (_, one) => one.group || t("trials.unknown") },
    {
      title: t("trials.people"),
      key: "people",
      width: 110,
      align: "right",
      responsive: ["sm"],
      render: (_, one) => <Num value={one.people} />,
    },
    {
      title: t("trials.effect"),
      key: "effect",
      width: 200,
      align: "right",
      render: (_, one) => `${write.absolute(one.value, unit)} ± ${write.value(1.96 * one.error, unit)}`,
    },
    { title: t("trials.differs"), key: "p", width: 150, align: "right", render: (_, one) => write.chance(one.p) },
  ];
  return (
    <>
      <Table<Group>
        rowKey="group"
        size="middle"
        columns={columns}
        dataSource={[...(found?.groups ?? [])]}
        pagination={false}
        locale={{ emptyText: t("trials.tooEarly") }}
      />
      {found && found.groups.length > 1 ? (
        <p className="faint" style={{ padding: "8px 16px" }}>
          {t(found.p < 0.05 ? "trials.groupsDiffer" : "trials.groupsAlike", { p: write.chance(found.p) })}
        </p>
      ) : null}
    </>
  );
}

function Worn({ trial, metric, arm }: Looking): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const write = useWriting();
  const query = useQuery(wearQuery(slug, trial.key, metric.key));
  return (
    <Card title={t("trials.wear")} note={t("trials.wearNote")}>
      <Ready query={query}>
        {({ days, items }) => {
          const found = items.find((one) => one.arm === arm);
          if (!found?.early || !found.late) return <p className="faint">{t("trials.tooEarly")}</p>;
          return (
            <>
              <p>
                <strong>{found.verdict === "" ? "" : t(`trials.worn.${found.verdict}`)}</strong>
              </p>
              <p className="faint">
                {t("trials.wearSays", {
                  days,
                  early: write.absolute(found.early.value, metric.unit),
                  late: write.absolute(found.late.value, metric.unit),
                })}
              </p>
            </>
          );
        }}
      </Ready>
    </Card>
  );
}
