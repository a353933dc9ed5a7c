// What did they do? An event, measured; a habit; or several things in order.
import { Button, Select } from "antd";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWorkspace } from "@/shell/workspace";
import {
  AT_LEAST_ONCE,
  CALENDAR,
  doingOf,
  freshId,
  join,
  lastDays,
  LENGTHS,
  MEASURES,
  REVENUE,
  type Did,
  type Measure,
  type Regular,
  type Sequence,
} from "../condition";
import { isMoney } from "../dump";
import { minorPerUnit } from "@/parts/money";
import { usePropertyNames } from "../names";
import { MEASURE_CHOICES, TIME_CHOICES } from "../tests";
import type { EditorProps } from "./context";
import { EventsField } from "./EventsField";
import { UnitSelect } from "./MomentField";
import { NameField } from "./NameField";
import { NumberField } from "./NumberField";
import { Row } from "./Row";
import { TestFields } from "./TestFields";
import { WindowField, ZoneSelect } from "./WindowField";

const OF_PROPERTY: readonly Measure[] = ["sum", "average", "min", "max", "distinct"];
const OF_TIME: readonly Measure[] = ["first_at", "last_at"];

function measured(condition: Did, measure: Measure): Did {
  const kind = (of: Measure): string => (OF_TIME.includes(of) ? "time" : "number");
  const test = kind(measure) === kind(condition.measure) ? condition.test : OF_TIME.includes(measure) ? lastDays(30) : AT_LEAST_ONCE;
  const property = OF_PROPERTY.includes(measure) ? condition.property || (measure === "distinct" ? "" : REVENUE) : "";
  return { ...condition, measure, property, test };
}

export function DidEditor({ condition, onChange, body, wrong }: EditorProps<Did>): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const { measure, test, zone, within } = condition;
  const time = OF_TIME.includes(measure);
  const money = isMoney(condition);
  return (
    <>
      <EventsField
        name={t("builder.events")}
        doing={condition.doing}
        onChange={(doing) => onChange({ ...condition, doing })}
        body={body}
        wrong={wrong("events")}
      />
      <Row name={t("builder.measure")}>
        <Select<Measure>
          value={measure}
          onChange={(next) => onChange(measured(condition, next))}
          aria-label={t("builder.measure")}
          popupMatchSelectWidth={false}
          options={MEASURES.map((each) => ({ value: each, label: t(`builder.measures.${each}`) }))}
        />
        {OF_PROPERTY.includes(measure) ? <MeasuredProperty condition={condition} onChange={onChange} wrong={wrong("property")} /> : null}
        <TestFields
          test={test}
          onChange={(next) => onChange({ ...condition, test: next })}
          type={time ? "time" : "number"}
          choices={time ? TIME_CHOICES : MEASURE_CHOICES}
          wrong={wrong("value")}
          {...(money ? { scale: minorPerUnit(currency), suffix: currency } : {})}
        />
      </Row>
      <Row name={t("builder.when")}>
        <WindowField value={within} onChange={(next) => onChange({ ...condition, within: next })} wrong={wrong("within")} />
        {within || time || measure === "days" ? (
          <ZoneSelect value={zone} onChange={(next) => onChange({ ...condition, zone: next })} />
        ) : null}
      </Row>
    </>
  );
}

function MeasuredProperty({ condition, onChange, wrong }: { condition: Did; onChange: (next: Did) => void; wrong: boolean }): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const names = usePropertyNames(condition.doing.events);
  const { measure, property, test } = condition;
  const wanted = measure === "distinct" ? names : names.filter((each) => each.type === "number" || each.type === "any");
  const change = (next: string): void => {
    // Money is kept in its smallest unit, everything else as it is.
    const [was, is] = [isMoney(condition), isMoney({ ...condition, property: next })];
    const factor = was === is ? 1 : is ? minorPerUnit(currency) : 1 / minorPerUnit(currency);
    const scaled = (value: unknown): unknown => (typeof value === "number" ? Math.round(value * factor * 1e6) / 1e6 : value);
    const value = Array.isArray(test.value) ? test.value.map(scaled) : scaled(test.value);
    onChange({ ...condition, property: next, test: { ...test, value: value as Did["test"]["value"] } });
  };
  return (
    <NameField
      label={t("builder.property")}
      // What stands for the revenue is shown by its name, and typed names cannot begin with its sign by accident.
      value={property === REVENUE ? t("builder.revenue") : property}
      onChange={(next) => change(next === t("builder.revenue") ? REVENUE : next)}
      options={[
        { value: t("builder.revenue"), note: currency },
        ...wanted.filter((each) => each.name !== t("builder.revenue")).map((each) => ({ value: each.name })),
      ]}
      wrong={wrong}
    />
  );
}

export function RegularEditor({ condition, onChange, body, wrong }: EditorProps<Regular>): ReactNode {
  const { t } = useTranslation();
  const { atLeast, outOf, unit } = condition;
  return (
    <>
      <EventsField
        name={t("builder.events")}
        doing={condition.doing}
        onChange={(doing) => onChange({ ...condition, doing })}
        body={body}
        wrong={wrong("events")}
      />
      <Row name={t("builder.when")}>
        <span className="soft">{t("builder.atLeast")}</span>
        <NumberField
          label={t("builder.atLeast")}
          value={atLeast}
          onChange={(next) => onChange({ ...condition, atLeast: next })}
          whole
          min={1}
          max={400}
          width={64}
          wrong={wrong("at_least")}
        />
        <span className="soft">{t("builder.outOf")}</span>
        <NumberField
          label={t("builder.outOf")}
          value={outOf}
          onChange={(next) => onChange({ ...condition, outOf: next })}
          whole
          min={1}
          max={400}
          width={64}
          wrong={wrong("out_of")}
        />
        <UnitSelect value={unit} units={CALENDAR} count={outOf ?? 2} onChange={(next) => onChange({ ...condition, unit: next })} />
        <ZoneSelect value={condition.zone} onChange={(zone) => onChange({ ...condition, zone })} />
      </Row>
    </>
  );
}

const MAX_STEPS = 8;

export function SequenceEditor({ condition, onChange, body, wrong }: EditorProps<Sequence>): ReactNode {
  const { t } = useTranslation();
  const { steps, amount, unit, within } = condition;
  return (
    <>
      {steps.map((step, i) => (
        <EventsField
          key={step.id}
          name={t("builder.step", { n: i + 1 })}
          doing={step.doing}
          onChange={(doing) => onChange({ ...condition, steps: steps.map((each) => (each === step ? { ...step, doing } : each)) })}
          body={join(body, `steps[${i}]`)}
          wrong={wrong(`steps[${i}]`)}
        >
          {steps.length > 2 ? (
            <Button
              type="text"
              size="small"
              icon={<X size={14} aria-hidden />}
              aria-label={t("builder.removeStep", { n: i + 1 })}
              onClick={() => onChange({ ...condition, steps: steps.filter((each) => each !== step) })}
            />
          ) : null}
        </EventsField>
      ))}
      {steps.length < MAX_STEPS ? (
        <Row name="">
          <Button
            size="small"
            type="text"
            icon={<Plus size={14} aria-hidden />}
            onClick={() => onChange({ ...condition, steps: [...steps, { id: freshId(), doing: doingOf() }] })}
          >
            {t("builder.addStep")}
          </Button>
        </Row>
      ) : null}
      <Row name={t("builder.inside")}>
        <NumberField
          label={t("builder.inside")}
          value={amount}
          onChange={(next) => onChange({ ...condition, amount: next })}
          whole
          min={1}
          width={72}
          wrong={wrong("amount")}
        />
        <UnitSelect value={unit} units={LENGTHS} count={amount ?? 2} onChange={(next) => onChange({ ...condition, unit: next })} />
        <span className="soft">{t("builder.ofFirst")}</span>
      </Row>
      <Row name={t("builder.when")}>
        <WindowField value={within} onChange={(next) => onChange({ ...condition, within: next })} wrong={wrong("within")} />
        {within ? <ZoneSelect value={condition.zone} onChange={(zone) => onChange({ ...condition, zone })} /> : null}
      </Row>
    </>
  );
}
