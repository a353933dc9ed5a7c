// Which arms are there, what is measured, and how is it judged? The parts of the form of a design.
import { Button, Input, InputNumber, Radio, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { blank, evenly, freshMetric, METHODS, SOURCES, withSource } from "./draft";
import { ExposureFields, MethodFields } from "./FineFields";
import { MetricFields } from "./MetricFields";
import type { TrialArm, TrialMetric, TrialSpec } from "./queries";
import styles from "./Trials.module.css";
import { SourceName } from "./SourceName";
import { TagField, useTagArms } from "./TagField";

interface PartProps {
  readonly spec: TrialSpec;
  readonly onChange: (part: Partial<TrialSpec>) => void;
}

export function ArmFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { arms } = spec;
  const ofTag = spec.source === "tag";
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  const set = (place: number, part: Partial<TrialArm>): void => {
    const renamed = part.key !== undefined && arms[place]?.key === spec.control ? { control: part.key } : {};
    onChange({ arms: arms.map((arm, other) => (other === place ? { ...arm, ...part } : arm)), ...renamed });
  };
  const resized = (next: readonly TrialArm[]): TrialArm[] => {
    const weights = evenly(next.length);
    return next.map((arm, place) => ({ ...arm, weight: weights[place] ?? arm.weight }));
  };
  const add = (): void => {
    const keys = new Set(arms.map(({ key }) => key));
    let number = arms.length;
    while (keys.has(`arm${number}`)) number += 1;
    onChange({ arms: resized([...arms, { key: `arm${number}`, name: t("trials.armNumber", { number }), weight: 0 }]) });
  };
  const remove = (place: number): void => onChange({ arms: resized(arms.filter((_, other) => other !== place)) });
  return (
    <Card title={t("trials.arms")} note={t("trials.armsNote")}>
      <Radio.Group value={spec.control} onChange={(event) => onChange({ control: event.target.value as string })} style={{ width: "100%" }}>
        {arms.map((arm, place) => (
          <div key={place} className={styles.armRow}>
            <Input
              className="mono"
              aria-label={t("trials.armKey")}
              value={arm.key}
              maxLength={60}
              disabled={ofTag}
              onChange={(event) => set(place, { key: event.target.value.trim() })}
            />
            <Input
              aria-label={t("trials.armName")}
              value={arm.name}
              maxLength={200}
              onChange={(event) => set(place, { name: event.target.value })}
            />
            <InputNumber<number>
              aria-label={t("trials.weight")}
              value={arm.weight}
              min={0.01}
              max={100}
              suffix="%"
              style={{ width: "100%" }}
              onChange={(weight) => set(place, { weight: weight ?? 0 })}
            />
            <Radio value={arm.key}>{t("trials.control")}</Radio>
            <Button
              type="text"
              aria-label={t("trials.removeArm", { name: arm.name })}
              icon={<Trash2 size={14} aria-hidden />}
              disabled={arms.length <= 2 || arm.key === spec.control}
              onClick={() => remove(place)}
            />
          </div>
        ))}
      </Radio.Group>
      {Math.abs(total - 100) > 0.01 ? <p role="alert">{t("trials.weightsWrong", { total: Math.round(total * 100) / 100 })}</p> : null}
      <Button icon={<Plus size={14} aria-hidden />} disabled={arms.length >= 10 || ofTag} onClick={add}>
        {t("trials.addArm")}
      </Button>
      <div style={{ marginTop: 20 }}>
        <SourceFields spec={spec} onChange={onChange} />
      </div>
      {ofTag ? null : (
        <div style={{ marginTop: 12 }}>
          <ExposureFields spec={spec} onChange={onChange} />
        </div>
      )}
    </Card>
  );
}

function SourceFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const names = useTagArms();
  const fresh = blank(t("trials.control"), t("trials.newArm"), t("trials.conversion"));
  return (
    <Fields>
      <Field label={t("trials.source")} note={t("trials.sourceNote")}>
        {(id, note) => (
          <Select<TrialSpec["source"]>
            id={id}
            aria-describedby={note}
            value={spec.source}
            onChange={(source) => onChange(withSource(source, fresh, names, spec))}
            options={SOURCES.map((value) => ({ value, label: t(`trials.sources.${value}`) }))}
          />
        )}
      </Field>
      {spec.source === "tag" ? (
        <TagField value={spec.tag} onChange={(tag) => onChange({ tag })} />
      ) : (
        <SourceName spec={spec} onChange={onChange} />
      )}
    </Fields>
  );
}

export function MetricsCard({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { metrics } = spec;
  const set = (place: number, metric: TrialMetric): void => {
    // There is one primary metric: whatever becomes it takes the place of the other.
    const taken = metric.role === "primary" && metrics[place]?.role !== "primary";
    onChange({
      metrics: metrics.map((old, other) => {
        if (other === place) return metric;
        return taken && old.role === "primary" ? { ...old, role: "secondary" as const } : old;
      }),
    });
  };
  return (
    <Card title={t("trials.metrics")} note={t("trials.metricsHelp")}>
      {metrics.map((metric, place) => (
        <MetricFields
          key={metric.key}
          metric={metric}
          onChange={(next) => set(place, next)}
          onRemove={metric.role === "primary" ? undefined : () => onChange({ metrics: metrics.filter(({ key }) => key !== metric.key) })}
        />
      ))}
      <div style={{ marginTop: 12 }}>
        <Button
          icon={<Plus size={14} aria-hidden />}
          disabled={metrics.length >= 30}
          onClick={() => onChange({ metrics: [...metrics, freshMetric(metrics, t("trials.newMetric"), "secondary")] })}
        >
          {t("trials.addMetric")}
        </Button>
      </div>
    </Card>
  );
}

export function JudgeFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Card title={t("trials.judging")} note={t("trials.judgingNote")}>
      <Fields>
        <Field label={t("trials.method")} note={t(`trials.methodNotes.${spec.method}`)}>
          {(id, note) => (
            <Select<TrialSpec["method"]>
              id={id}
              aria-describedby={note}
              value={spec.method}
              onChange={(method) => onChange({ method })}
              options={METHODS.map((value) => ({ value, label: t(`trials.methods.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("trials.plannedDays")}>
          {(id) => <Numeric id={id} value={spec.planned_days} min={1} max={180} onChange={(days) => onChange({ planned_days: days })} />}
        </Field>
        <Field label={t("trials.smallest")} note={t("trials.smallestNote")}>
          {(id) => (
            <Numeric
              id={id}
              value={Math.round(spec.smallest_effect * 10_000) / 100}
              min={0.1}
              max={1000}
              suffix="%"
              onChange={(percent) => onChange({ smallest_effect: percent / 100 })}
            />
          )}
        </Field>
        <Field label={t("trials.alpha")} note={t("trials.alphaNote")}>
          {(id) => (
            <Numeric
              id={id}
              value={Math.round(spec.alpha * 10_000) / 100}
              min={0.1}
              max={20}
              suffix="%"
              onChange={(percent) => onChange({ alpha: percent / 100 })}
            />
          )}
        </Field>
        <Field label={t("trials.beforeDays")} note={t("trials.beforeNote")}>
          {(id) => <Numeric id={id} value={spec.before_days} min={0} max={90} onChange={(days) => onChange({ before_days: days })} />}
        </Field>
        <Field label={t("trials.correction")} note={t("trials.correctionNote")}>
          {(id) => (
            <Select<TrialSpec["correction"]>
              id={id}
              value={spec.correction}
              onChange={(correction) => onChange({ correction })}
              options={(["holm", "benjamini_hochberg", "none"] as const).map((value) => ({
                value,
                label: t(`trials.corrections.${value}`),
              }))}
            />
          )}
        </Field>
      </Fields>
      <div style={{ marginTop: 12 }}>
        <MethodFields spec={spec} onChange={onChange} />
      </div>
    </Card>
  );
}

interface NumericProps {
  readonly id: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly suffix?: string;
  readonly onChange: (value: number) => void;
}

function Numeric({ id, value, min, max, suffix, onChange }: NumericProps): ReactNode {
  return (
    <InputNumber<number>
      id={id}
      value={value}
      min={min}
      max={max}
      {...(suffix ? { suffix } : {})}
      style={{ width: "100%" }}
      onChange={(next) => (next === null ? undefined : onChange(next))}
    />
  );
}
