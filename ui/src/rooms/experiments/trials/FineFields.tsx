// What else can be set of a design: its power, what its method assumes, and how exposures are written?
import { Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import type { TrialSpec } from "./queries";

interface PartProps {
  readonly spec: TrialSpec;
  readonly onChange: (part: Partial<TrialSpec>) => void;
}

/** The power, and the one number that the chosen method needs. */
export function MethodFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const percent = (name: "power" | "prior_deviation", min: number, max: number): ReactNode => (
    <Field label={t(`trials.fine.${name}`)} note={t(`trials.fine.${name}_note`)}>
      {(id, note) => (
        <InputNumber<number>
          id={id}
          aria-describedby={note}
          value={Math.round(spec[name] * 10_000) / 100}
          min={min}
          max={max}
          suffix="%"
          style={{ width: "100%" }}
          onChange={(value) => (value === null ? undefined : onChange({ [name]: value / 100 }))}
        />
      )}
    </Field>
  );
  return (
    <Fields>
      {percent("power", 50, 99)}
      {spec.method === "bayesian" ? percent("prior_deviation", 0.1, 10_000) : null}
      {spec.method === "sequential" ? (
        <Field label={t("trials.fine.tuned_for")} note={t("trials.fine.tuned_for_note")}>
          {(id, note) => (
            <InputNumber<number>
              id={id}
              aria-describedby={note}
              value={spec.tuned_for}
              min={100}
              max={100_000_000}
              precision={0}
              style={{ width: "100%" }}
              onChange={(value) => (value === null ? undefined : onChange({ tuned_for: value }))}
            />
          )}
        </Field>
      ) : null}
    </Fields>
  );
}

/** Which events are exposures, and under which names they tell the experiment and the arm. */
export function ExposureFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { exposure } = spec;
  const change = (part: Partial<TrialSpec["exposure"]>): void => onChange({ exposure: { ...exposure, ...part } });
  return (
    <Fields>
      <Field label={t("trials.fine.events")} note={t("trials.fine.events_note")} wide>
        {(id, note) => (
          <Select<string[]>
            id={id}
            aria-describedby={note}
            mode="tags"
            value={[...exposure.events]}
            maxCount={5}
            onChange={(events) => change({ events: events.map((one) => one.trim()).filter((one) => one !== "") })}
          />
        )}
      </Field>
      {(["id_property", "arm_property"] as const).map((name) => (
        <Field key={name} label={t(`trials.fine.${name}`)}>
          {(id) => (
            <Input
              id={id}
              className="mono"
              value={exposure[name]}
              maxLength={200}
              onChange={(event) => change({ [name]: event.target.value.trim() })}
            />
          )}
        </Field>
      ))}
    </Fields>
  );
}
