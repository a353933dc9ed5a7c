// Among which values does an experiment divide people, by which weights, and apart from which others?
import { useQuery } from "@tanstack/react-query";
import { Button, Input, InputNumber, Switch } from "antd";
import { Equal, Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { useWorkspace } from "@/shell/workspace";
import { equalWeights, FIRST, totalOf } from "./draft";
import styles from "./Flags.module.css";
import { PercentInput } from "./ForceFields";
import { namespacesQuery, type Arm, type SplitRule, type ValueType } from "./queries";
import { ValueField } from "./ValueField";

interface SplitFieldsProps {
  readonly kind: ValueType;
  readonly rule: SplitRule;
  readonly onChange: (part: Partial<SplitRule>) => void;
}

export function SplitFields({ kind, rule, onChange }: SplitFieldsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Fields>
        <Field label={t("featureFlags.experiment")} note={t("featureFlags.experimentNote")}>
          {(id) => (
            <Input
              id={id}
              className="mono"
              value={rule.experiment}
              maxLength={100}
              spellCheck={false}
              onChange={(event) => onChange({ experiment: event.target.value.trim() })}
            />
          )}
        </Field>
        <Field label={t("featureFlags.coverage")} note={t("featureFlags.coverageNote")}>
          {(id) => <PercentInput id={id} value={rule.percent} onChange={(percent) => onChange({ percent })} />}
        </Field>
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
      </Fields>
      <Arms kind={kind} rule={rule} onChange={onChange} />
      <NamespaceFields rule={rule} onChange={onChange} />
    </>
  );
}

function Arms({ kind, rule, onChange }: SplitFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { arms } = rule;
  const total = totalOf(rule);
  const put = (at: number, part: Partial<Arm>): void =>
    onChange({ arms: arms.map((one, each) => (each === at ? { ...one, ...part } : one)) });
  const evenly = (among: readonly Arm[]): void => {
    const weights = equalWeights(among.length);
    onChange({ arms: among.map((one, at) => ({ ...one, weight: weights[at] ?? 0 })) });
  };
  const add = (): void => {
    const arm = { key: `arm-${arms.length + 1}`, name: `Arm ${arms.length + 1}`, value: FIRST[kind], weight: 0 };
    evenly([...arms, arm]);
  };
  return (
    <div className={styles.arms} role="group" aria-label={t("featureFlags.arms")}>
      <span className="soft">{t("featureFlags.arms")}</span>
      {arms.map((arm, at) => (
        <div key={at} className={styles.arm}>
          <Input
            aria-label={t("featureFlags.armKey")}
            className="mono"
            value={arm.key}
            maxLength={40}
            onChange={(event) => put(at, { key: event.target.value.trim() })}
          />
          <Input
            aria-label={t("featureFlags.armName")}
            value={arm.name}
            maxLength={200}
            onChange={(event) => put(at, { name: event.target.value })}
          />
          <ValueField label={t("featureFlags.armValue")} kind={kind} value={arm.value} onChange={(value) => put(at, { value: value })} />
          <PercentInput label={t("featureFlags.weight")} value={arm.weight} onChange={(weight) => put(at, { weight })} />
          <Button
            type="text"
            aria-label={t("featureFlags.remove")}
            icon={<X size={14} aria-hidden />}
            disabled={arms.length <= 2}
            onClick={() => evenly(arms.filter((_, each) => each !== at))}
          />
        </div>
      ))}
      <div className={styles.below}>
        <Button size="small" icon={<Plus size={13} aria-hidden />} disabled={arms.length >= 20} onClick={add}>
          {t("featureFlags.addArm")}
        </Button>
        <Button size="small" icon={<Equal size={13} aria-hidden />} onClick={() => evenly(arms)}>
          {t("featureFlags.evenly")}
        </Button>
      </div>
      {total === 100 ? null : (
        <span role="alert" className={styles.wrong}>
          {t("featureFlags.total", { total })}
        </span>
      )}
    </div>
  );
}

function NamespaceFields({ rule, onChange }: Omit<SplitFieldsProps, "kind">): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(namespacesQuery(slug));
  const { namespace } = rule;
  const taken = (data?.items ?? []).filter((one) => one.namespace === namespace?.key && one.experiment !== rule.experiment);
  const bound = (id: string, value: number, put: (value: number) => void): ReactNode => (
    <InputNumber
      id={id}
      min={0}
      max={100}
      value={value}
      suffix="%"
      style={{ width: "100%", maxWidth: 160 }}
      onChange={(given) => put(given ?? 0)}
    />
  );
  return (
    <Fields>
      <Field label={t("featureFlags.namespace")} note={t("featureFlags.namespaceNote")} wide>
        {(id) => (
          <Switch
            id={id}
            aria-label={t("featureFlags.namespace")}
            checked={namespace !== null}
            onChange={(on) => onChange({ namespace: on ? { key: "default", start: 0, end: 100 } : null })}
          />
        )}
      </Field>
      {namespace ? (
        <>
          <Field label={t("featureFlags.namespaceKey")}>
            {(id) => (
              <Input
                id={id}
                className="mono"
                value={namespace.key}
                maxLength={100}
                onChange={(event) => onChange({ namespace: { ...namespace, key: event.target.value.trim() } })}
              />
            )}
          </Field>
          <Field label={t("featureFlags.from")}>
            {(id) => bound(id, namespace.start, (start) => onChange({ namespace: { ...namespace, start } }))}
          </Field>
          <Field
            label={t("featureFlags.until")}
            note={taken.map((one) => t("featureFlags.taken", { experiment: one.experiment, start: one.start, end: one.end })).join(" ")}
          >
            {(id) => bound(id, namespace.end, (end) => onChange({ namespace: { ...namespace, end } }))}
          </Field>
        </>
      ) : null}
    </Fields>
  );
}
