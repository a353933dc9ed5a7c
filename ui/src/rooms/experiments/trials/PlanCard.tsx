// How long will it take, what can it find, and does the method hold on my data? From the workspace's own history.
import { Button, InputNumber, Table, type TableColumnsType } from "antd";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Stat, Stats } from "@/parts/Facts";
import { Card } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Loading } from "@/parts/states";
import { Num } from "@/parts/values";
import { EventSelect } from "./EventSelect";
import { usePlanTrial, useProveTrial, type TrialPlanned, type TrialProof, type TrialSpec } from "./queries";
import { useWriting } from "./useEffects";

const LinesChart = lazy(() => import("./LinesChart"));

export function PlanCard({ spec }: { spec: TrialSpec }): ReactNode {
  const { t } = useTranslation();
  const [entry, setEntry] = useState("");
  const [traffic, setTraffic] = useState(100);
  const plan = usePlanTrial();
  const proof = useProveTrial();
  const asked = { spec, entry: entry === "" ? null : entry, traffic };
  return (
    <Card title={t("trials.planTitle")} note={t("trials.planNote")}>
      <Fields>
        <Field label={t("trials.entry")} note={t("trials.entryNote")}>
          {(id) => <EventSelect id={id} value={entry} onChange={setEntry} />}
        </Field>
        <Field label={t("trials.traffic")}>
          {(id) => (
            <InputNumber<number>
              id={id}
              value={traffic}
              min={0.1}
              max={100}
              suffix="%"
              style={{ width: "100%" }}
              onChange={(next) => setTraffic(next ?? 100)}
            />
          )}
        </Field>
      </Fields>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 8, marginBlock: 16 }}>
        <Button loading={plan.isPending} onClick={() => plan.mutate(asked)}>
          {t("trials.plan")}
        </Button>
        <Button loading={proof.isPending} onClick={() => proof.mutate(asked)}>
          {t("trials.prove")}
        </Button>
      </div>
      <Refusal error={plan.error ?? proof.error} />
      {plan.data ? <Planned found={plan.data} spec={spec} /> : null}
      {proof.data ? <Proved found={proof.data} /> : null}
    </Card>
  );
}

function Planned({ found, spec }: { found: TrialPlanned; spec: TrialSpec }): ReactNode {
  const { t } = useTranslation();
  const write = useWriting();
  const primary = found.metrics[spec.metrics.findIndex(({ role }) => role === "primary")];
  const last = found.points.at(-1);
  const effect = write.percent(spec.smallest_effect);
  return (
    <>
      <Stats>
        <Stat
          name={t("trials.daysNeeded", { effect })}
          value={found.days_needed === null ? t("trials.tooLong") : <Num value={found.days_needed} />}
        />
        <Stat name={t("trials.peopleNeeded")} value={<Num value={found.people_needed} />} />
        <Stat
          name={t("trials.smallestAfter", { count: found.days })}
          value={last?.smallest == null ? "–" : write.percent(last.smallest)}
          note={primary && primary.kept < 0.995 ? t("trials.saved", { share: write.percent(1 - primary.kept, 0) }) : undefined}
        />
      </Stats>
      <h3>{t("trials.curve")}</h3>
      <p className="faint">{t("trials.curveNote", { count: found.days })}</p>
      <Suspense fallback={<Loading />}>
        <LinesChart
          title={t("trials.curve")}
          places={found.points.map(({ day }) => String(day))}
          lines={[
            { name: t("trials.withPast"), values: found.points.map(({ smallest }) => capped(smallest)), colour: "chart-1" },
            {
              name: t("trials.withoutPast"),
              values: found.points.map((one) => capped(one.smallest_without)),
              colour: "ink-faint",
              dashed: true,
            },
          ]}
          write={(value) => write.percent(value)}
        />
      </Suspense>
    </>
  );
}

/** More than a doubling is no effect that anybody plans for; leaving it out keeps the rest of the curve to be seen. */
function capped(value: number | null): number | null {
  return value !== null && value > 2 ? null : value;
}

const WAYS = ["once", "once_daily", "planned", "sequential"] as const;

interface WayLine {
  readonly way: (typeof WAYS)[number];
  readonly alarms: TrialProof["false_alarms"][string] | undefined;
  readonly power: TrialProof["power"][string] | undefined;
}

function Proved({ found }: { found: TrialProof }): ReactNode {
  const { t } = useTranslation();
  const write = useWriting();
  const lines = WAYS.map((way): WayLine => ({ way, alarms: found.false_alarms[way], power: found.power[way] }));
  const shown = (one: WayLine["alarms"]): ReactNode =>
    one ? (
      <>
        <strong>{write.percent(one.share)}</strong>
        <div className="faint">
          {write.percent(one.low)} – {write.percent(one.high)}
        </div>
      </>
    ) : null;
  const columns: TableColumnsType<WayLine> = [
    { title: t("trials.method"), key: "way", render: (_, one) => t(`trials.ways.${one.way}`) },
    { title: t("trials.falseAlarms"), key: "alarms", width: 150, align: "right", render: (_, one) => shown(one.alarms) },
    {
      title: t("trials.powerFor", { effect: write.percent(found.effect) }),
      key: "power",
      width: 150,
      align: "right",
      render: (_, one) => shown(one.power),
    },
  ];
  return (
    <>
      <h3>{t("trials.proof")}</h3>
      <p className="faint">{t("trials.proofNote", { runs: found.runs, people: found.people, days: found.days })}</p>
      <Table<WayLine> rowKey="way" size="middle" columns={columns} dataSource={lines} pagination={false} />
    </>
  );
}
