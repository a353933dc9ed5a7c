// Who starts, what counts as coming back, and how is the time in between counted?
import { Button } from "antd";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { BreakdownField } from "../../form/DimensionField";
import { Amount, AmountInput, Choice, Line, Part } from "../../form/kit";
import { StepField } from "../../form/StepField";
import { Tool } from "../../form/StepsField";
import type { FormProps } from "../../form/types";
import { isObject, numberOf, textOf, withFields, type Spec } from "../../spec";
import { bracketsOf } from "./brackets";

const UNITS = ["day", "week", "month"] as const;
const COHORTS = ["first_time", "recurring"] as const;
const MODES = ["on", "on_or_after", "bracket"] as const;
const BASES = ["calendar", "rolling"] as const;
const FIRST_BRACKETS = [
  [0, 0],
  [1, 3],
  [4, 7],
] as const;

export function RetentionForm({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const set = (fields: Spec): void => onChange(withFields(spec, fields));
  const mode = MODES.find((one) => one === spec.mode) ?? "on";
  const unit = UNITS.find((one) => one === spec.unit) ?? "week";
  const start = isObject(spec.start) ? spec.start : {};
  const returning = isObject(spec.returning) ? spec.returning : {};
  const setMode = (next: (typeof MODES)[number]): void =>
    set({ mode: next, brackets: next === "bracket" ? FIRST_BRACKETS : undefined, ...(next === "on" ? {} : { minimum: undefined }) });
  return (
    <>
      <Part title={t("reports.start")}>
        <StepField step={start} onChange={(next) => set({ start: next })} title={t("reports.start")} />
      </Part>
      <Part title={t("reports.returning")}>
        <StepField step={returning} onChange={(next) => set({ returning: next })} title={t("reports.returning")} />
      </Part>
      <Choice
        title={t("reports.fields.unit")}
        value={unit}
        options={UNITS.map((value) => ({ value, label: t(`reports.units.${value}`) }))}
        onChange={(next) => set({ unit: next })}
      />
      <Choice
        title={t("reports.cohorts")}
        value={COHORTS.find((one) => one === spec.cohort) ?? "first_time"}
        options={COHORTS.map((value) => ({ value, label: t(`reports.cohortKinds.${value}`) }))}
        onChange={(cohort) => set({ cohort })}
      />
      <Choice
        title={t("reports.mode")}
        value={mode}
        options={MODES.map((value) => ({ value, label: t(`reports.modes.${value}`) }))}
        onChange={setMode}
        note={t(`reports.modeNotes.${mode}`)}
      />
      {mode === "bracket" ? (
        <Brackets brackets={bracketsOf(spec.brackets)} onChange={(brackets) => set({ brackets })} />
      ) : (
        <Amount
          title={t("reports.offsets", { unit: t(`reports.units.${unit}`) })}
          value={numberOf(spec.offsets) ?? 12}
          min={1}
          max={400}
          onChange={(offsets) => set({ offsets })}
        />
      )}
      <Choice
        title={t("reports.basis")}
        value={BASES.find((one) => one === spec.basis) ?? "calendar"}
        options={BASES.map((value) => ({ value, label: t(`reports.bases.${value}`) }))}
        onChange={(basis) => set({ basis })}
      />
      {mode === "on" ? (
        <Amount
          title={t("reports.minimum")}
          value={numberOf(spec.minimum) ?? 1}
          min={1}
          max={1000}
          onChange={(minimum) => set({ minimum: minimum === 1 ? undefined : minimum })}
        />
      ) : null}
      <BreakdownField
        title={t("reports.fields.breakdown")}
        value={spec.breakdown}
        events={textOf(start.event) === "" ? [] : [textOf(start.event)]}
        onChange={(breakdown) => set({ breakdown })}
      />
    </>
  );
}

interface BracketsProps {
  readonly brackets: readonly (readonly [number, number])[];
  readonly onChange: (brackets: readonly (readonly [number, number])[]) => void;
}

function Brackets({ brackets, onChange }: BracketsProps): ReactNode {
  const { t } = useTranslation();
  const last = brackets.at(-1)?.[1] ?? -1;
  const change = (place: number, first: number, until: number): void =>
    onChange(brackets.map((each, at) => (at === place ? [first, Math.max(first, until)] : each)));
  return (
    <Part title={t("reports.brackets")}>
      {brackets.map(([first, until], place) => (
        <Line key={`${place} of ${brackets.length}`}>
          <AmountInput
            title={t("reports.bracketFrom", { n: place + 1 })}
            value={first}
            min={0}
            max={400}
            onChange={(next) => change(place, next, until)}
          />
          <span className="soft">–</span>
          <AmountInput
            title={t("reports.bracketTo", { n: place + 1 })}
            value={until}
            min={first}
            max={400}
            onChange={(next) => change(place, first, next)}
          />
          {brackets.length > 1 ? (
            <Tool
              icon={X}
              title={t("reports.removeNamed", { name: `${first}–${until}` })}
              onClick={() => onChange(brackets.filter((_, at) => at !== place))}
            />
          ) : null}
        </Line>
      ))}
      {brackets.length < 50 && last < 400 ? (
        <Line>
          <Button
            type="text"
            size="small"
            icon={<Plus size={13} aria-hidden />}
            onClick={() => onChange([...brackets, [last + 1, Math.min(400, last + 7)]])}
          >
            {t("reports.addBracket")}
          </Button>
        </Line>
      ) : null}
    </Part>
  );
}
