// What converts, what touches, what is a channel, and by which models is credit given?
import { Checkbox, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { BreakdownField } from "../../form/DimensionField";
import { DurationField } from "../../form/DurationField";
import { Part } from "../../form/kit";
import { StepField } from "../../form/StepField";
import type { FormProps } from "../../form/types";
import { isObject, numberOf, textOf, withFields, type Json, type Spec } from "../../spec";

const MODELS = ["first", "last", "linear", "position", "time_decay", "markov", "shapley"] as const;
type Model = (typeof MODELS)[number];

function modelsOf(value: Json | undefined): Model[] {
  const found = Array.isArray(value) ? MODELS.filter((one) => (value as readonly Json[]).includes(one)) : [];
  return found.length > 0 ? found : [...MODELS];
}

export function AttributionForm({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const set = (fields: Spec): void => onChange(withFields(spec, fields));
  const conversion = isObject(spec.conversion) ? spec.conversion : { event: "Order Completed" };
  const touch = isObject(spec.touch) ? spec.touch : {};
  return (
    <>
      <Part title={t("reports.conversionEvent")}>
        <StepField step={conversion} onChange={(next) => set({ conversion: next })} title={t("reports.conversionEvent")} />
      </Part>
      <Part title={t("reports.touchEvent")}>
        <StepField step={touch} onChange={(next) => set({ touch: next })} title={t("reports.touchEvent")} />
      </Part>
      <BreakdownField
        title={t("reports.channel")}
        value={spec.channel ?? { column: "utm_source", limit: 20 }}
        events={textOf(touch.event) === "" ? [] : [textOf(touch.event)]}
        clear={false}
        people={false}
        usual={20}
        onChange={(channel) => set({ channel })}
      />
      <Checkbox checked={spec.unset === "channel"} onChange={(event) => set({ unset: event.target.checked ? "channel" : undefined })}>
        {t("reports.unsetChannel")}
      </Checkbox>
      <DurationField
        title={t("reports.lookback")}
        seconds={numberOf(spec.lookback_seconds) ?? 30 * 86_400}
        most={366 * 86_400}
        onChange={(lookback_seconds) => set({ lookback_seconds })}
      />
      <Part title={t("reports.modelsTitle")}>
        <Select<Model[]>
          mode="multiple"
          value={modelsOf(spec.models)}
          options={MODELS.map((value) => ({ value, label: t(`reports.options.models.${value}`) }))}
          onChange={(models) =>
            set({
              models: models.length === 0 || models.length === MODELS.length ? undefined : MODELS.filter((one) => models.includes(one)),
            })
          }
          aria-label={t("reports.modelsTitle")}
        />
      </Part>
      {modelsOf(spec.models).includes("time_decay") ? (
        <DurationField
          title={t("reports.halfLife")}
          seconds={numberOf(spec.half_life_seconds) ?? 7 * 86_400}
          most={366 * 86_400}
          onChange={(half_life_seconds) => set({ half_life_seconds })}
        />
      ) : null}
    </>
  );
}
