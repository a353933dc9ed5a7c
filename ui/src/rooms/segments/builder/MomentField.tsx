// Which moment? So long ago, ahead, at the start of a day, week or month, on a day, or at a time.
import { Select, Spin } from "antd";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { addDays, dayOf } from "@/parts/format";
import { instantOf, wallClock } from "@/parts/zone";
import { useWorkspace } from "@/shell/workspace";
import { UNITS, type Ago, type Moment, type Unit } from "../condition";
import { NumberField } from "./NumberField";

const DayField = lazy(() => import("@/parts/DayField"));
const FORMS = ["ago", "ahead", "start", "day", "instant"] as const;
type Form = (typeof FORMS)[number];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function formOf(moment: Moment): Form {
  if (typeof moment === "string") return DAY.test(moment) ? "day" : "instant";
  if (moment.whole) return "start";
  return moment.ago < 0 ? "ahead" : "ago";
}

interface MomentFieldProps {
  readonly value: Moment;
  readonly onChange: (value: Moment) => void;
  readonly wrong?: boolean;
}

export function MomentField({ value, onChange, wrong = false }: MomentFieldProps): ReactNode {
  const { t } = useTranslation();
  const { zone } = useWorkspace();
  const form = formOf(value);
  const change = (next: Form): void => {
    const old: Ago = typeof value === "string" ? { ago: 30, unit: "day" } : value;
    const amount = Math.abs(old.ago);
    const today = dayOf(new Date(), zone);
    if (next === "ago") onChange({ ago: amount || 1, unit: old.unit });
    else if (next === "ahead") onChange({ ago: -(amount || 1), unit: old.unit });
    else if (next === "start") onChange({ ago: amount, unit: old.unit, whole: true });
    else if (next === "day") onChange(typeof value === "string" ? dayOf(new Date(value), zone) : addDays(today, -amount));
    else onChange(instantOf(`${today}T00:00:00`, zone).toISOString());
  };
  return (
    <>
      {typeof value === "string" ? (
        <Fixed value={value} onChange={onChange} wrong={wrong} />
      ) : (
        <Relative value={value} onChange={onChange} wrong={wrong} />
      )}
      <Select<Form>
        value={form}
        onChange={change}
        aria-label={t("builder.moment")}
        popupMatchSelectWidth={false}
        options={FORMS.map((each) => ({ value: each, label: t(`builder.moments.${each}`) }))}
      />
    </>
  );
}

interface MomentsFieldProps {
  readonly value: readonly [Moment, Moment];
  readonly onChange: (value: readonly [Moment, Moment]) => void;
  readonly wrong: boolean;
}

export function MomentsField({ value: [first, last], onChange, wrong }: MomentsFieldProps): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <MomentField value={first} onChange={(next) => onChange([next, last])} wrong={wrong} />
      <span className="soft">{t("builder.between")}</span>
      <MomentField value={last} onChange={(next) => onChange([first, next])} wrong={wrong} />
    </>
  );
}

function Relative({ value, onChange, wrong }: { value: Ago; onChange: (value: Moment) => void; wrong: boolean }): ReactNode {
  const { t } = useTranslation();
  const sign = value.ago < 0 ? -1 : 1;
  return (
    <>
      <NumberField
        label={t("builder.amount")}
        value={Math.abs(value.ago)}
        onChange={(amount) => onChange({ ...value, ago: sign * Math.max(sign < 0 ? 1 : 0, amount ?? 0) })}
        whole
        min={0}
        max={100_000}
        width={72}
        wrong={wrong}
      />
      <UnitSelect value={value.unit} units={UNITS} count={Math.abs(value.ago)} onChange={(unit) => onChange({ ...value, unit })} />
    </>
  );
}

function Fixed({ value, onChange, wrong }: { value: string; onChange: (value: Moment) => void; wrong: boolean }): ReactNode {
  const { t } = useTranslation();
  const { zone } = useWorkspace();
  const time = !DAY.test(value);
  const shown = time ? wallClock(new Date(value), zone) : value;
  return (
    <Suspense fallback={<Spin size="small" />}>
      <DayField
        label={t("builder.day")}
        value={shown}
        time={time}
        clearable={false}
        invalid={wrong}
        onChange={(next) => onChange(time ? instantOf(next, zone).toISOString() : next)}
      />
    </Suspense>
  );
}

interface UnitSelectProps<U extends Unit | "second"> {
  readonly value: U;
  readonly units: readonly U[];
  readonly count: number;
  readonly onChange: (unit: U) => void;
}

export function UnitSelect<U extends Unit | "second">({ value, units, count, onChange }: UnitSelectProps<U>): ReactNode {
  const { t } = useTranslation();
  const words = (unit: Unit | "second"): string => t(`builder.units.${unit}`, { count });
  return (
    <Select<U>
      value={value}
      onChange={onChange}
      aria-label={t("builder.unit")}
      popupMatchSelectWidth={false}
      options={units.map((unit) => ({ value: unit, label: words(unit) }))}
    />
  );
}
