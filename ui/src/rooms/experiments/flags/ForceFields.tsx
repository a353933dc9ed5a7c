// Which value does a rule give, to which share, and does that share grow by itself?
import { useQuery } from "@tanstack/react-query";
import { Button, DatePicker, Input, InputNumber, Select, Switch } from "antd";
import dayjs from "dayjs";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Field, Fields } from "@/parts/Field";
import { guardrailsQuery } from "@/rooms/kpis/guardrails/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Flags.module.css";
import type { ForceRule, Ramp, ValueType } from "./queries";
import { ValueField } from "./ValueField";

interface ForceFieldsProps {
  readonly kind: ValueType;
  readonly rule: ForceRule;
  readonly onChange: (part: Partial<ForceRule>) => void;
}

export function ForceFields({ kind, rule, onChange }: ForceFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { ramp } = rule;
  const begin = (): Ramp => ({
    steps: [{ percent: 100, at: dayjs().add(7, "day").startOf("hour").toISOString() }],
    guardrail: "",
    on_red: "hold",
    state: "running",
    done: 0,
    reason: "",
  });
  const turn = (on: boolean): void =>
    onChange(on ? { ramp: begin(), percent: Math.min(rule.percent, rule.percent === 100 ? 5 : rule.percent) } : { ramp: null });
  return (
    <>
      <Fields>
        <Field label={t("featureFlags.gives")}>
          {(id) => <ValueField id={id} kind={kind} value={rule.value} onChange={(value) => onChange({ value: value })} />}
        </Field>
        <Field label={t("featureFlags.share")} note={t("featureFlags.shareNote")}>
          {(id) => <PercentInput id={id} value={rule.percent} onChange={(percent) => onChange({ percent })} />}
        </Field>
        {rule.percent < 100 || ramp ? (
          <Field label={t("featureFlags.hashed")} note={t("featureFlags.hashedNote")}>
            {(id) => (
              <Input
                id={id}
                className="mono"
                value={rule.hash_attribute}
                maxLength={100}
                onChange={(event) => onChange({ hash_attribute: event.target.value.trim() })}
              />
            )}
          </Field>
        ) : null}
        <Field label={t("featureFlags.ramp")} note={t("featureFlags.rampNote")}>
          {(id) => <Switch id={id} aria-label={t("featureFlags.ramp")} checked={ramp !== null} onChange={turn} />}
        </Field>
      </Fields>
      {ramp ? <RampFields ramp={ramp} onChange={(changed) => onChange({ ramp: changed })} /> : null}
    </>
  );
}

interface PercentProps {
  readonly id?: string;
  readonly label?: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

export function PercentInput({ id, label, value, onChange }: PercentProps): ReactNode {
  return (
    <InputNumber
      {...(id ? { id } : {})}
      {...(label ? { "aria-label": label } : {})}
      min={0}
      max={100}
      precision={value % 1 === 0 ? 0 : 2}
      step={1}
      value={value}
      suffix="%"
      style={{ width: "100%", maxWidth: 160 }}
      onChange={(given) => onChange(Math.round((given ?? 0) * 100) / 100)}
    />
  );
}

function RampFields({ ramp, onChange }: { ramp: Ramp; onChange: (ramp: Ramp) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const may = useMay("kpis:read");
  const { data } = useQuery({ ...guardrailsQuery(slug), enabled: may });
  const put = (at: number, part: Partial<Ramp["steps"][number]>): void =>
    onChange({ ...ramp, steps: ramp.steps.map((one, each) => (each === at ? { ...one, ...part } : one)) });
  const add = (): void => {
    const last = ramp.steps[ramp.steps.length - 1];
    const at = dayjs(last?.at).add(1, "day").toISOString();
    onChange({ ...ramp, state: "running", steps: [...ramp.steps, { percent: Math.min(100, (last?.percent ?? 0) + 10), at }] });
  };
  const labelOf = (side: { label_zh: string; label_en: string }): string => (language === "zh" ? side.label_zh : side.label_en);
  const rails = (data?.items ?? []).map((one) => ({ value: one.guardrail_id, label: `${labelOf(one.short)} / ${labelOf(one.long)}` }));
  return (
    <Fields>
      <Field label={t("featureFlags.steps")} note={t("featureFlags.stepsNote")} wide>
        {() => (
          <div className={styles.steps}>
            {ramp.steps.map((step, at) => (
              <div key={at} className={styles.step}>
                <PercentInput label={t("featureFlags.share")} value={step.percent} onChange={(percent) => put(at, { percent })} />
                <DatePicker
                  aria-label={t("featureFlags.stepAt")}
                  showTime={{ format: "HH:mm" }}
                  format="YYYY-MM-DD HH:mm"
                  allowClear={false}
                  value={dayjs(step.at)}
                  onChange={(given) => given && put(at, { at: given.toISOString() })}
                />
                {at < ramp.done ? <span className="faint">{t("featureFlags.stepDone")}</span> : null}
                <Button
                  type="text"
                  aria-label={t("featureFlags.remove")}
                  icon={<X size={14} aria-hidden />}
                  disabled={ramp.steps.length === 1 || at < ramp.done}
                  onClick={() => onChange({ ...ramp, steps: ramp.steps.filter((_, each) => each !== at) })}
                />
              </div>
            ))}
            <div className={styles.below}>
              <Button size="small" icon={<Plus size={13} aria-hidden />} disabled={ramp.steps.length >= 20} onClick={add}>
                {t("featureFlags.addStep")}
              </Button>
              {ramp.state === "stopped" && ramp.done < ramp.steps.length ? (
                <Button size="small" onClick={() => onChange({ ...ramp, state: "running", reason: "" })}>
                  {t("featureFlags.resume")}
                </Button>
              ) : null}
            </div>
            {ramp.state === "stopped" ? <span className={styles.wrong}>{t("featureFlags.stopped", { reason: ramp.reason })}</span> : null}
          </div>
        )}
      </Field>
      <Field label={t("featureFlags.guardrail")} note={t("featureFlags.guardrailNote")}>
        {(id) => (
          <Select<string>
            id={id}
            value={ramp.guardrail}
            options={[{ value: "", label: t("featureFlags.noGuardrail") }, ...rails]}
            onChange={(guardrail) => onChange({ ...ramp, guardrail })}
          />
        )}
      </Field>
      <Field label={t("featureFlags.onRed")}>
        {(id) => (
          <Select<Ramp["on_red"]>
            id={id}
            value={ramp.on_red}
            disabled={ramp.guardrail === ""}
            options={(["hold", "off"] as const).map((value) => ({ value, label: t(`featureFlags.onRedChoices.${value}`) }))}
            onChange={(on_red) => onChange({ ...ramp, on_red })}
          />
        )}
      </Field>
    </Fields>
  );
}
