// What does one rule say? For whom, what they get, and which share of them.
import { Button, Dropdown, Input, Segmented, Switch } from "antd";
import { ArrowDown, ArrowUp, Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { ConditionField } from "@/rooms/segments/builder/ConditionField";
import { check } from "@/rooms/segments/check";
import { groupOf } from "@/rooms/segments/condition";
import { NOT_HERE, type RuleDraft } from "./draft";
import styles from "./Flags.module.css";
import { ForceFields } from "./ForceFields";
import { Prerequisites } from "./Prerequisites";
import type { Rule, ValueType } from "./queries";
import { SplitFields } from "./SplitFields";

interface RuleCardProps {
  readonly flag: string;
  readonly kind: ValueType;
  readonly draft: RuleDraft;
  readonly number: number;
  readonly last: boolean;
  readonly insists: boolean;
  readonly onChange: (draft: RuleDraft) => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

export function RuleCard(props: RuleCardProps): ReactNode {
  const { flag, kind, draft, number, insists, onChange } = props;
  const { t } = useTranslation();
  const { rule, root } = draft;
  const change = (part: Partial<Rule>): void => onChange({ ...draft, rule: { ...rule, ...part } as Rule });
  return (
    <Card title={t(`featureFlags.ruleTitle.${rule.kind}`, { number })} actions={<Head {...props} change={change} />}>
      <div className={styles.rule}>
        <Fields>
          <Field label={t("featureFlags.who")} wide>
            {(id) => (
              <Segmented<boolean>
                id={id}
                value={root !== null}
                onChange={(some) => onChange({ ...draft, root: some ? groupOf([]) : null })}
                options={[
                  { value: false, label: t("featureFlags.everybody") },
                  { value: true, label: t("featureFlags.some") },
                ]}
              />
            )}
          </Field>
        </Fields>
        {root ? (
          <div>
            <p className="soft">{t("featureFlags.someNote")}</p>
            <ConditionField
              root={root}
              onChange={(changed) => onChange({ ...draft, root: changed })}
              troubles={check(root)}
              insists={insists}
              without={NOT_HERE}
            />
          </div>
        ) : null}
        {rule.kind === "force" ? (
          <ForceFields kind={kind} rule={rule} onChange={change} />
        ) : (
          <SplitFields kind={kind} rule={rule} onChange={change} />
        )}
        <Fields>
          <Field label={t("featureFlags.prerequisites")} wide>
            {() => <Prerequisites flag={flag} value={rule.prerequisites} onChange={(prerequisites) => change({ prerequisites })} />}
          </Field>
          <Field label={t("featureFlags.note")} wide>
            {(id) => <Input id={id} value={rule.note} maxLength={1000} onChange={(event) => change({ note: event.target.value })} />}
          </Field>
        </Fields>
      </div>
    </Card>
  );
}

function Head({ draft, number, last, onMove, onRemove, change }: RuleCardProps & { change: (part: Partial<Rule>) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <span className={styles.head}>
      <Switch
        aria-label={t("featureFlags.ruleOn")}
        checked={draft.rule.on}
        checkedChildren={t("featureFlags.states.on")}
        unCheckedChildren={t("featureFlags.states.off")}
        onChange={(on) => change({ on })}
      />
      <Button
        type="text"
        size="small"
        aria-label={t("featureFlags.up")}
        icon={<ArrowUp size={14} aria-hidden />}
        disabled={number === 1}
        onClick={() => onMove(-1)}
      />
      <Button
        type="text"
        size="small"
        aria-label={t("featureFlags.down")}
        icon={<ArrowDown size={14} aria-hidden />}
        disabled={last}
        onClick={() => onMove(1)}
      />
      <Dropdown
        trigger={["click"]}
        menu={{ items: [{ key: "remove", danger: true, label: t("featureFlags.removeRule"), onClick: onRemove }] }}
      >
        <Button type="text" size="small" aria-label={t("featureFlags.moreOf")} icon={<Ellipsis size={14} aria-hidden />} />
      </Dropdown>
    </span>
  );
}
