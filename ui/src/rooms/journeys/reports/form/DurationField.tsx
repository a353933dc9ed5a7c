// How long? An amount and its unit; the spec has seconds.
import { Select } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { DURATION_UNITS, durationOf, secondsOf, type DurationUnit } from "./duration";
import { AmountInput, Line, Part } from "./kit";

interface DurationFieldProps {
  readonly title: string;
  readonly seconds: number;
  readonly most: number;
  readonly onChange: (seconds: number) => void;
  readonly note?: ReactNode;
}

export function DurationField({ title, seconds, most, onChange, note }: DurationFieldProps): ReactNode {
  const { t } = useTranslation();
  const usual = durationOf(seconds);
  // 48 hours stay hours for whoever said hours.
  const [unit, setUnit] = useState<DurationUnit>(usual.unit);
  const amount = seconds / secondsOf(1, unit);
  const fits = Number.isInteger(amount);
  const shown = fits ? { amount, unit } : usual;
  return (
    <Part title={title} note={note}>
      <Line>
        <AmountInput
          title={title}
          value={shown.amount}
          min={1}
          max={Math.floor(most / secondsOf(1, shown.unit))}
          onChange={(next) => {
            setUnit(shown.unit);
            onChange(secondsOf(next, shown.unit));
          }}
        />
        <Select<DurationUnit>
          value={shown.unit}
          onChange={(next) => {
            setUnit(next);
            onChange(Math.min(secondsOf(shown.amount, next), Math.floor(most / secondsOf(1, next)) * secondsOf(1, next)));
          }}
          options={DURATION_UNITS.map((value) => ({ value, label: t(`reports.durations.${value}`) }))}
          aria-label={t("reports.unitOf", { name: title })}
          popupMatchSelectWidth={false}
        />
      </Line>
    </Part>
  );
}
