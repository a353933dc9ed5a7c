// What did a change do that came to a whole group at once? The group against what the others, weighed, say it would have been.
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Input, InputNumber, Select, Spin } from "antd";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api, unwrap, type Schemas } from "@/api/client";
import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { Field, Fields } from "@/parts/Field";
import { addDays, dayOf, formatDay } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { useNow } from "@/parts/useNow";
import { DimensionPick } from "@/rooms/journeys/reports/form/DimensionField";
import { usePath, useWorkspace } from "@/shell/workspace";
import { useSay } from "./words";

type Asked = Required<Schemas["BeforeAfterAsked"]>;
type Found = Schemas["BeforeAfterBody"];
const COUNTED = ["revenue", "purchases", "people"] as const;
const DayField = lazy(() => import("@/parts/DayField"));
const LinesChart = lazy(() => import("@/rooms/experiments/trials/LinesChart"));

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { slug: workspace, zone } = useWorkspace();
  const yesterday = addDays(dayOf(new Date(useNow()), zone), -1);
  const [asked, setAsked] = useState<Asked>({
    dimension: { column: "country" },
    value: "",
    day: addDays(yesterday, -27),
    counted: "revenue",
    before_days: 56,
    after_days: 28,
  });
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: (body: Asked) =>
      unwrap(api.POST("/api/workspaces/{workspace}/evaluation/change", { params: { path: { workspace } }, body })),
  });
  return (
    <Page title={t("change.title")} lead={t("change.lead")} crumb={<Link to={path("evaluation")}>{t("evaluation.title")}</Link>}>
      <Stack>
        <Alert type="warning" showIcon title={t("change.weaker")} />
        <Card>
          <Refusal error={error} />
          <Form asked={asked} last={yesterday} onChange={(part) => setAsked((before) => ({ ...before, ...part }))} />
          <Button style={{ marginTop: 12 }} type="primary" loading={isPending} disabled={!asked.value.trim()} onClick={() => mutate(asked)}>
            {t("change.ask")}
          </Button>
        </Card>
        {data ? <Shown found={data} counted={asked.counted} /> : null}
      </Stack>
    </Page>
  );
}

interface FormProps {
  readonly asked: Asked;
  readonly last: string;
  readonly onChange: (part: Partial<Asked>) => void;
}

function Form({ asked, last, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const days = (name: "before_days" | "after_days", min: number, max: number): ReactNode => (
    <Field label={t(`change.${name}`)}>
      {(id) => (
        <InputNumber
          id={id}
          min={min}
          max={max}
          value={asked[name]}
          onChange={(value) => onChange({ [name]: value ?? min })}
          style={{ width: "100%" }}
        />
      )}
    </Field>
  );
  return (
    <Fields>
      <Field label={t("change.dimension")}>
        {() => (
          <div style={{ display: "flex" }}>
            <DimensionPick
              value={asked.dimension}
              onChange={(dimension) => onChange({ dimension: dimension ?? { column: "country" } })}
              events={[]}
              title={t("change.dimension")}
              clear={false}
            />
          </div>
        )}
      </Field>
      <Field label={t("change.value")} note={t("change.valueNote")}>
        {(id, note) => (
          <Input
            id={id}
            aria-describedby={note}
            maxLength={500}
            value={asked.value}
            onChange={(event) => onChange({ value: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("change.day")}>
        {() => (
          <Suspense fallback={<Spin size="small" />}>
            <DayField
              label={t("change.day")}
              value={asked.day}
              last={last}
              clearable={false}
              onChange={(day) => onChange({ day: day || last })}
            />
          </Suspense>
        )}
      </Field>
      <Field label={t("change.counted")}>
        {(id) => (
          <Select
            id={id}
            value={asked.counted}
            onChange={(counted) => onChange({ counted })}
            options={COUNTED.map((value) => ({ value, label: t(`change.counts.${value}`) }))}
          />
        )}
      </Field>
      {days("before_days", 14, 180)}
      {days("after_days", 1, 90)}
    </Fields>
  );
}

function Shown({ found, counted }: { found: Found; counted: Asked["counted"] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const say = useSay(found.currency);
  const write = (value: number): string => (counted === "revenue" ? say.money(value) : say.people(value));
  if (found.reason !== null) return <Alert type="info" showIcon title={t(`change.reasons.${found.reason}`)} />;
  const share = (value: number | null): string => (value === null ? "–" : say.share(value));
  const weights = Object.entries(found.weights).sort(([, a], [, b]) => b - a);
  return (
    <Card title={t("change.found")} note={t("change.foundNote", { after: found.after })}>
      <Stats>
        <Stat name={t("change.total")} value={<span className="tabular">{write(found.total ?? 0)}</span>} note={t("change.totalNote")} />
        <Stat
          name={t("change.byDifference")}
          value={<span className="tabular">{write(found.by_difference ?? 0)}</span>}
          note={t("change.byDifferenceNote")}
        />
        <Stat
          name={t("change.pValue")}
          value={<span className="tabular">{share(found.p_value)}</span>}
          note={t("change.pNote", { groups: found.groups, least: share(1 / found.groups) })}
        />
        <Stat
          name={t("change.fit")}
          value={<span className="tabular">{share(found.fit)}</span>}
          note={t((found.fit ?? 0) > 0.2 ? "change.fitBad" : "change.fitGood")}
        />
      </Stats>
      <Suspense fallback={<Spin size="small" />}>
        <LinesChart
          title={t("change.found")}
          places={found.days.map((day) => formatDay(day, tag))}
          write={write}
          lines={[
            { name: t("change.actual"), values: found.actual, colour: "chart-1" },
            { name: t("change.expected"), values: found.expected, colour: "ink-faint", dashed: true },
          ]}
        />
      </Suspense>
      <p className="soft">{t("change.weights", { list: weights.map(([name, weight]) => `${name} ${say.share(weight)}`).join(", ") })}</p>
    </Card>
  );
}
