// What is counted over time? Series of events, formulas of them, groups, and an earlier period beside.
import { AutoComplete, Button, Select } from "antd";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { MEASURES, takesProperty, type Measure } from "@/rooms/kpis/custom/draft";
import { usePropertyNames } from "@/rooms/segments/names";
import { BreakdownField } from "../../form/DimensionField";
import styles from "../../form/Form.module.css";
import { Choice, Line, Part, WordsInput } from "../../form/kit";
import { StepsField, Tool } from "../../form/StepsField";
import type { FormProps } from "../../form/types";
import { listOf, textOf, withFields, type Spec } from "../../spec";

const LETTERS = "ABCDEFGHIJ";
const UNITS = ["hour", "day", "week", "month"] as const;
const COMPARE = ["none", "previous_period", "previous_year"] as const;

export function TrendForm({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const series = listOf(spec.series);
  const set = (fields: Spec): void => onChange(withFields(spec, fields));
  return (
    <>
      <StepsField
        title={t("reports.series")}
        steps={series}
        onChange={(next) => set({ series: next })}
        most={LETTERS.length}
        mark={(place) => LETTERS[place] ?? ""}
        named={(place) => t("reports.seriesOf", { name: LETTERS[place - 1] ?? "" })}
        add={t("reports.addSeries")}
        start={{ measure: "people" }}
        extra={(one, change, place) => <MeasureOf series={one} onChange={change} name={LETTERS[place] ?? ""} />}
      />
      <Formulas spec={spec} onChange={onChange} />
      <Choice
        title={t("reports.fields.unit")}
        value={UNITS.find((unit) => unit === spec.unit) ?? "day"}
        options={UNITS.map((value) => ({ value, label: t(`reports.units.${value}`) }))}
        onChange={(unit) => set({ unit })}
      />
      <BreakdownField
        title={t("reports.fields.breakdown")}
        value={spec.breakdown}
        events={series.flatMap(({ event }) => (textOf(event) === "" ? [] : [textOf(event)]))}
        onChange={(breakdown) => set({ breakdown })}
      />
      <Choice
        title={t("reports.compare")}
        value={COMPARE.find((one) => one === spec.compare) ?? "none"}
        options={COMPARE.map((value) => ({ value, label: t(`reports.compares.${value}`) }))}
        onChange={(compare) => set({ compare: compare === "none" ? undefined : compare })}
      />
    </>
  );
}

interface MeasureOfProps {
  readonly series: Spec;
  readonly onChange: (series: Spec) => void;
  readonly name: string;
}

function MeasureOf({ series, onChange, name }: MeasureOfProps): ReactNode {
  const { t } = useTranslation();
  const event = textOf(series.event);
  const properties = usePropertyNames(event === "" ? [] : [event]).filter(({ type }) => type === "number" || type === "any");
  const measure = MEASURES.find((one) => one === series.measure) ?? "events";
  const change = (next: Measure): void => {
    const first = textOf(series.property) === "" ? properties[0]?.name : textOf(series.property);
    const property = takesProperty(next) ? first : undefined;
    onChange(withFields(series, { measure: next, property }));
  };
  return (
    <Line>
      <Select<Measure>
        className={styles.grow ?? ""}
        value={measure}
        onChange={change}
        options={MEASURES.map((value) => ({ value, label: t(`reports.measures.${value}`) }))}
        aria-label={t("reports.measureOf", { name })}
        popupMatchSelectWidth={false}
      />
      {takesProperty(measure) ? (
        <AutoComplete
          className={styles.grow ?? ""}
          defaultValue={textOf(series.property)}
          key={textOf(series.property)}
          onSelect={(property: string) => onChange(withFields(series, { property }))}
          onBlur={(event) => {
            const typed = (event.target as HTMLInputElement).value.trim();
            if (typed !== "" && typed !== series.property) onChange(withFields(series, { property: typed }));
          }}
          options={properties.map((each) => ({ value: each.name }))}
          placeholder={t("reports.property")}
          aria-label={t("reports.propertyOf", { name })}
          {...(textOf(series.property) === "" ? { status: "error" as const } : {})}
        />
      ) : null}
    </Line>
  );
}

function Formulas({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const formulas = listOf(spec.formulas);
  const set = (next: readonly Spec[]): void => onChange(withFields(spec, { formulas: next.length === 0 ? undefined : next }));
  const change = (place: number, fields: Spec): void => set(formulas.map((each, at) => (at === place ? withFields(each, fields) : each)));
  return (
    <Part title={t("reports.formulas")} note={formulas.length > 0 ? t("reports.formulaNote") : undefined}>
      {formulas.map((formula, place) => (
        <Line key={`${place} of ${formulas.length}`}>
          <span className={styles.grow}>
            <WordsInput
              title={t("reports.formulaOf", { n: place + 1 })}
              value={textOf(formula.expression)}
              onChange={(expression) => (expression === "" ? undefined : change(place, { expression }))}
              mono
            />
          </span>
          <span className={styles.grow}>
            <WordsInput
              title={t("reports.formulaName", { n: place + 1 })}
              value={textOf(formula.name)}
              placeholder={t("reports.name")}
              onChange={(name) => change(place, { name: name || undefined })}
            />
          </span>
          <Tool
            icon={X}
            title={t("reports.removeNamed", { name: textOf(formula.expression) })}
            onClick={() => set(formulas.filter((_, at) => at !== place))}
          />
        </Line>
      ))}
      <Line>
        <Button
          type="text"
          size="small"
          icon={<Plus size={13} aria-hidden />}
          disabled={formulas.length >= 10}
          onClick={() => set([...formulas, { expression: listOf(spec.series).length > 1 ? "A / B * 100" : "A" }])}
        >
          {t("reports.addFormula")}
        </Button>
      </Line>
    </Part>
  );
}
