// What happens to an event that is not as planned? Three questions, each with allow, warn or block.
import { App, Segmented } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Plan, PlanMode } from "@/api/contract";
import { Card } from "@/parts/Page";
import { MODES } from "./edit";
import styles from "./Plan.module.css";

const RULES = ["mode", "unknown_events", "unknown_properties"] as const;

interface PlanRulesProps {
  readonly plan: Plan;
  readonly may: boolean;
  readonly onSave: (plan: Plan) => void;
}

export function PlanRules({ plan, may, onSave }: PlanRulesProps): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const set = (rule: (typeof RULES)[number], mode: PlanMode): void => {
    const save = (): void => onSave({ ...plan, [rule]: mode });
    if (mode !== "block") {
      save();
      return;
    }
    void modal.confirm({ title: t("plan.blockTitle"), content: t("plan.blockText"), okText: t("plan.modes.block"), onOk: save });
  };
  return (
    <Card>
      <div className={styles.rules}>
        {RULES.map((rule) => (
          <div key={rule} className={styles.rule}>
            <div>
              <div className={styles.ruleName}>{t(`plan.rules.${rule}`)}</div>
              <div className={styles.ruleNote}>{t(`plan.effects.${plan[rule]}`)}</div>
            </div>
            <Segmented
              value={plan[rule]}
              disabled={!may}
              onChange={(mode) => set(rule, mode)}
              aria-label={t(`plan.rules.${rule}`)}
              options={MODES.map((mode) => ({ value: mode, label: t(`plan.modes.${mode}`) }))}
            />
          </div>
        ))}
      </div>
    </Card>
  );
}
