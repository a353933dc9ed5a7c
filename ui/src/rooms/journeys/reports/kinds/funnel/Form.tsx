// Which steps, in which order, how quickly, and what must not come between?
import { Checkbox, Select } from "antd";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { BreakdownField, DimensionPick } from "../../form/DimensionField";
import { DurationField } from "../../form/DurationField";
import { Choice, Fold, Line, Part } from "../../form/kit";
import { StepsField, Tool } from "../../form/StepsField";
import type { FormProps } from "../../form/types";
import { listOf, numberOf, textOf, withFields, type Spec } from "../../spec";
import { anchorsOf, withSteps } from "./steps";

const ORDERS = ["ordered", "strict", "any"] as const;
const COUNTS = ["people", "entries"] as const;
const YEAR = 366 * 86_400;

export function FunnelForm({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const steps = listOf(spec.steps);
  const order = ORDERS.find((one) => one === spec.order) ?? "ordered";
  const anchored = anchorsOf(spec.anchored);
  const set = (fields: Spec): void => onChange(withFields(spec, fields));
  const events = steps.flatMap(({ event }) => (textOf(event) === "" ? [] : [textOf(event)]));
  return (
    <>
      <StepsField
        title={t("reports.steps")}
        steps={steps}
        onChange={(next) => onChange(withSteps(spec, next))}
        most={20}
        ordered
        named={(place) => t("reports.stepOf", { n: place })}
        add={t("reports.addStep")}
        extra={(_, __, place) =>
          order === "any" ? (
            <Checkbox
              checked={anchored.includes(place + 1)}
              onChange={(event) => {
                const next = event.target.checked
                  ? [...anchored, place + 1].sort((a, b) => a - b)
                  : anchored.filter((one) => one !== place + 1);
                set({ anchored: next.length > 0 ? next : undefined });
              }}
            >
              {t("reports.anchored")}
            </Checkbox>
          ) : null
        }
      />
      <DurationField
        title={t("reports.window")}
        seconds={numberOf(spec.window_seconds) ?? 604_800}
        most={YEAR}
        onChange={(window_seconds) => set({ window_seconds })}
        note={t("reports.windowNote")}
      />
      <Choice
        title={t("reports.order")}
        value={order}
        options={ORDERS.map((value) => ({ value, label: t(`reports.orders.${value}`) }))}
        onChange={(next) => set({ order: next, anchored: undefined, ...(next === "ordered" ? {} : { exclusions: undefined }) })}
        note={t(`reports.orderNotes.${order}`)}
      />
      <Choice
        title={t("reports.count")}
        value={COUNTS.find((one) => one === spec.count) ?? "people"}
        options={COUNTS.map((value) => ({ value, label: t(`reports.counts.${value}`) }))}
        onChange={(count) => set({ count })}
      />
      <BreakdownField
        title={t("reports.fields.breakdown")}
        value={spec.breakdown}
        events={events}
        onChange={(breakdown) => set({ breakdown })}
      />
      <Fold title={t("reports.more")}>
        {order === "ordered" && steps.length > 1 ? <Exclusions spec={spec} onChange={onChange} /> : null}
        <Hold spec={spec} onChange={onChange} events={events} />
      </Fold>
    </>
  );
}

/** Events that must not come between two steps. */
function Exclusions({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const count = listOf(spec.steps).length;
  const places = Array.from({ length: count }, (_, at) => ({ value: at + 1, label: t("reports.stepOf", { n: at + 1 }) }));
  return (
    <StepsField
      title={t("reports.exclusions")}
      note={t("reports.exclusionsNote")}
      steps={listOf(spec.exclusions)}
      onChange={(exclusions) => onChange(withFields(spec, { exclusions: exclusions.length > 0 ? exclusions : undefined }))}
      most={5}
      named={(place) => t("reports.exclusionOf", { n: place })}
      add={t("reports.addExclusion")}
      start={{ after: 1 }}
      extra={(one, change, at) => {
        const after = numberOf(one.after) ?? 1;
        const before = numberOf(one.before) ?? count;
        return (
          <Line>
            <span className="soft">{t("reports.after")}</span>
            <Select<number>
              value={after}
              options={places.slice(0, -1)}
              onChange={(next) => change(withFields(one, { after: next, before: before > next ? before : undefined }))}
              aria-label={`${t("reports.exclusionOf", { n: at + 1 })}: ${t("reports.after")}`}
              popupMatchSelectWidth={false}
            />
            <span className="soft">{t("reports.beforeStep")}</span>
            <Select<number>
              value={before}
              options={places.slice(after)}
              onChange={(next) => change(withFields(one, { before: next }))}
              aria-label={`${t("reports.exclusionOf", { n: at + 1 })}: ${t("reports.beforeStep")}`}
              popupMatchSelectWidth={false}
            />
          </Line>
        );
      }}
    />
  );
}

/** Properties that keep their value throughout. */
function Hold({ spec, onChange, events }: FormProps & { readonly events: readonly string[] }): ReactNode {
  const { t } = useTranslation();
  const held = listOf(spec.hold);
  const set = (next: readonly Spec[]): void => onChange(withFields(spec, { hold: next.length > 0 ? next : undefined }));
  return (
    <Part title={t("reports.hold")} note={t("reports.holdNote")}>
      {held.map((one, place) => (
        <Line key={`${place} of ${held.length}`}>
          <DimensionPick
            title={t("reports.holdOf", { n: place + 1 })}
            value={one}
            events={events}
            clear={false}
            onChange={(next) => (next ? set(held.map((each, at) => (at === place ? next : each))) : undefined)}
          />
          <Tool
            icon={X}
            title={t("reports.removeNamed", { name: t("reports.holdOf", { n: place + 1 }) })}
            onClick={() => set(held.filter((_, at) => at !== place))}
          />
        </Line>
      ))}
      {held.length < 3 ? (
        <DimensionPick
          key={held.length}
          title={t("reports.addHold")}
          placeholder={t("reports.addHold")}
          value={undefined}
          events={events}
          onChange={(next) => (next ? set([...held, next]) : undefined)}
        />
      ) : null}
    </Part>
  );
}
