// What is the campaign for? The event that counts, for those who got it and for those held out.
import { InputNumber } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { FilterEditor } from "../flows/Conditions";
import { EventSelect } from "../flows/ConfigForm";
import { Troubles, type PartProps } from "./Troubles";

export function GoalCard({ spec, onChange, problems }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { goal } = spec;
  return (
    <Card title={t("campaigns.steps.goal")} note={t("campaigns.steps.goalNote")}>
      <Troubles part="goal" problems={problems} />
      <Fields>
        <Field label={t("campaigns.goal")}>
          {(id, note) => (
            <EventSelect
              id={id}
              aria-describedby={note}
              value={goal?.events[0] ?? ""}
              onChange={(event) => onChange({ goal: event ? { where: null, days: 7, ...goal, events: [event] } : null })}
            />
          )}
        </Field>
        {goal ? (
          <>
            <Field label={t("campaigns.goalDays")}>
              {(id) => (
                <InputNumber
                  id={id}
                  min={1}
                  max={90}
                  value={goal.days}
                  onChange={(days) => onChange({ goal: { ...goal, days: days ?? 1 } })}
                />
              )}
            </Field>
            <FilterEditor
              label={t("campaigns.goalWhere")}
              value={goal.where}
              events={goal.events}
              onChange={(where) => onChange({ goal: { ...goal, where: where as typeof goal.where } })}
            />
          </>
        ) : null}
      </Fields>
    </Card>
  );
}
