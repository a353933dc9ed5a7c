// Which days? All, the last so many, which move on with every day, or two days of a calendar, which stay.
import { Select, Spin } from "antd";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Spec } from "../spec";
import { daysOf, LENGTHS, withLast, withRange } from "./days";
import { Part } from "./kit";

const DayRange = lazy(() => import("@/parts/DayRange"));

interface PeriodFieldProps {
  readonly spec: Spec;
  readonly onChange: (spec: Spec) => void;
}

export function PeriodField({ spec, onChange }: PeriodFieldProps): ReactNode {
  const { t } = useTranslation();
  const { last, first, until } = daysOf(spec);
  const ranged = first !== null || (until !== null && last === null);
  const [picking, pick] = useState(ranged);
  const lengths = [...new Set([...LENGTHS, ...(last === null ? [] : [last])])].sort((a, b) => a - b);
  const value = picking || ranged ? "range" : last === null ? "all" : `${last}`;
  const choose = (next: string): void => {
    pick(next === "range");
    if (next !== "range") onChange(withLast(spec, next === "all" ? null : Number(next)));
  };
  return (
    <Part title={t("period.label")}>
      <Select<string>
        value={value}
        onChange={choose}
        aria-label={t("period.label")}
        options={[
          { value: "all", label: t("period.all") },
          ...lengths.map((days) => ({ value: `${days}`, label: t("reports.lastDays", { count: days }) })),
          { value: "range", label: t("period.custom") },
        ]}
      />
      {value === "range" ? (
        <Suspense fallback={<Spin size="small" />}>
          <DayRange first={first} last={until} onChange={(from, to) => onChange(withRange(spec, from, to))} />
        </Suspense>
      ) : null}
    </Part>
  );
}
