// What is measured? One metric: its name, what it is for, and what of which event makes it.
import { Button, Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { configOf, eventOf, KINDS, numberOf, ROLES, stepOf, textOf, type Config, type Kind } from "./draft";
import { EventSelect } from "./EventSelect";
import type { TrialMetric } from "./queries";
import styles from "./Trials.module.css";

interface MetricFieldsProps {
  readonly metric: TrialMetric;
  readonly onChange: (metric: TrialMetric) => void;
  readonly onRemove?: (() => void) | undefined;
}

export function MetricFields({ metric, onChange, onRemove }: MetricFieldsProps): ReactNode {
  const { t } = useTranslation();
  const kind = metric.kind as Kind;
  return (
    <div className={styles.metricRow}>
      <Fields>
        <Field label={t("trials.metricName")}>
          {(id) => (
            <Input id={id} value={metric.name} maxLength={200} onChange={(event) => onChange({ ...metric, name: event.target.value })} />
          )}
        </Field>
        <Field label={t("trials.role")} note={t(`trials.roleNotes.${metric.role}`)}>
          {(id, note) => (
            <Select<TrialMetric["role"]>
              id={id}
              aria-describedby={note}
              value={metric.role}
              onChange={(role) => onChange({ ...metric, role })}
              options={ROLES.map((value) => ({ value, label: t(`trials.roles.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("trials.kind")}>
          {(id) => (
            <Select<Kind>
              id={id}
              value={kind}
              onChange={(next) => onChange({ ...metric, kind: next, config: configOf(next, eventOf(metric.config.event)) })}
              options={KINDS.map((value) => ({ value, label: t(`trials.kinds.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("trials.betterWhen")}>
          {(id) => (
            <Select<TrialMetric["better"]>
              id={id}
              value={metric.better}
              onChange={(better) => onChange({ ...metric, better })}
              options={[
                { value: "up", label: t("trials.up") },
                { value: "down", label: t("trials.down") },
              ]}
            />
          )}
        </Field>
        <ConfigFields kind={kind} config={metric.config} onChange={(config) => onChange({ ...metric, config: { ...config } })} />
      </Fields>
      {onRemove ? (
        <Button size="small" type="text" danger onClick={onRemove}>
          {t("trials.removeMetric")}
        </Button>
      ) : null}
    </div>
  );
}

interface ConfigFieldsProps {
  readonly kind: Kind;
  readonly config: Config;
  readonly onChange: (config: Config) => void;
}

function ConfigFields({ kind, config, onChange }: ConfigFieldsProps): ReactNode {
  const { t } = useTranslation();
  const set = (part: Config): void => onChange({ ...config, ...part });
  if (kind === "funnel") return <FunnelFields config={config} onChange={onChange} />;
  if (kind === "ratio") {
    return (["numerator", "denominator"] as const).map((part) => (
      <AmountFields
        key={part}
        label={t(`trials.${part}`)}
        amount={(config[part] ?? {}) as Config}
        onChange={(amount) => set({ [part]: amount })}
      />
    ));
  }
  const measured = kind === "mean" || kind === "quantile" || kind === "trimmed" || kind === "top_share";
  const topmost = kind === "trimmed" ? ("leftOut" as const) : kind === "top_share" ? ("topmost" as const) : null;
  return (
    <>
      {measured ? (
        <AmountFields label={t("trials.event")} amount={config} onChange={onChange} />
      ) : (
        <Field label={t("trials.event")}>
          {(id) => <EventSelect id={id} value={eventOf(config.event)} onChange={(event) => set({ event: stepOf(event) })} />}
        </Field>
      )}
      {kind === "quantile" ? (
        <NumberField
          label={t("trials.share")}
          value={config.share}
          min={0.01}
          max={0.99}
          step={0.05}
          onChange={(share) => set({ share })}
        />
      ) : null}
      {topmost ? (
        <NumberField
          label={t(`trials.${topmost}`)}
          value={config.share}
          min={0.001}
          max={0.5}
          step={0.01}
          onChange={(share) => set({ share })}
        />
      ) : null}
      {kind === "retention" ? (
        <>
          <NumberField label={t("trials.fromDay")} value={config.from_day} min={1} max={365} onChange={(day) => set({ from_day: day })} />
          <NumberField label={t("trials.toDay")} value={config.to_day} min={1} max={365} onChange={(day) => set({ to_day: day })} />
        </>
      ) : (
        <NumberField
          label={t("trials.window")}
          value={config.window_days}
          min={1}
          max={365}
          onChange={(days) => set({ window_days: days })}
        />
      )}
      {kind === "revenue" ? (
        <NumberField
          label={t("trials.capPercent")}
          value={config.cap_percent}
          min={50}
          max={99.99}
          onChange={(cap) => set({ cap_percent: cap })}
        />
      ) : null}
      {kind === "mean" ? <NumberField label={t("trials.cap")} value={config.cap} min={0.01} onChange={(cap) => set({ cap })} /> : null}
    </>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: unknown;
  readonly min: number;
  readonly max?: number;
  readonly step?: number;
  readonly onChange: (value: number | null) => void;
}

function NumberField({ label, value, min, max = 1e15, step = 1, onChange }: NumberFieldProps): ReactNode {
  return (
    <Field label={label}>
      {(id) => (
        <InputNumber<number>
          id={id}
          value={numberOf(value)}
          min={min}
          max={max}
          step={step}
          style={{ width: "100%" }}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

function AmountFields({ label, amount, onChange }: { label: string; amount: Config; onChange: (amount: Config) => void }): ReactNode {
  const { t } = useTranslation();
  const of = textOf(amount.of, "events");
  return (
    <>
      <Field label={label}>
        {(id) => <EventSelect id={id} value={eventOf(amount.event)} onChange={(event) => onChange({ ...amount, event: stepOf(event) })} />}
      </Field>
      <Field label={t("trials.of")}>
        {(id) => (
          <Select<string>
            id={id}
            value={of}
            onChange={(next) => onChange({ ...amount, of: next, property: next === "property" ? textOf(amount.property) : null })}
            options={(["events", "property", "revenue"] as const).map((value) => ({ value, label: t(`trials.ofs.${value}`) }))}
          />
        )}
      </Field>
      {of === "property" ? (
        <Field label={t("trials.property")}>
          {(id) => (
            <Input
              id={id}
              className="mono"
              value={textOf(amount.property)}
              maxLength={500}
              onChange={(event) => onChange({ ...amount, property: event.target.value })}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}

function FunnelFields({ config, onChange }: Omit<ConfigFieldsProps, "kind">): ReactNode {
  const { t } = useTranslation();
  const steps = Array.isArray(config.steps) ? (config.steps as readonly unknown[]) : [];
  const setSteps = (next: readonly unknown[]): void => onChange({ ...config, steps: next });
  return (
    <>
      {steps.map((step, place) => (
        <Field key={place} label={t("trials.step", { number: place + 1 })}>
          {(id) => (
            <EventSelect
              id={id}
              value={eventOf(step)}
              onChange={(event) => setSteps(steps.map((old, other) => (other === place ? stepOf(event) : old)))}
            />
          )}
        </Field>
      ))}
      <div>
        <Button size="small" disabled={steps.length >= 10} onClick={() => setSteps([...steps, {}])}>
          {t("trials.addStep")}
        </Button>{" "}
        <Button size="small" disabled={steps.length <= 2} onClick={() => setSteps(steps.slice(0, -1))}>
          {t("trials.removeStep")}
        </Button>
      </div>
      <NumberField
        label={t("trials.within")}
        value={config.within_hours}
        min={1}
        max={2160}
        onChange={(hours) => onChange({ ...config, within_hours: hours ?? 24 })}
      />
    </>
  );
}
