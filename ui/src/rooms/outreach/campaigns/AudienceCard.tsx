// Who gets it? A segment, a condition, or both; without those of other segments.
import { useQuery } from "@tanstack/react-query";
import { InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useWorkspace } from "@/shell/workspace";
import { PeopleEditor } from "../flows/Conditions";
import { Troubles, type PartProps } from "./Troubles";

export function AudienceCard({ spec, onChange, problems }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(segmentsQuery(slug));
  const options = (data?.items ?? []).map((each) => ({ value: each.key, label: each.name }));
  const { audience } = spec;
  const change = (part: Partial<typeof audience>): void => onChange({ audience: { ...audience, ...part } });
  return (
    <Card title={t("campaigns.steps.audience")} note={t("campaigns.steps.audienceNote")}>
      <Troubles part="audience" problems={problems} />
      <Fields>
        <Field label={t("campaigns.segment")}>
          {(id) => (
            <Select<string>
              id={id}
              allowClear
              showSearch
              value={audience.segment || null}
              onChange={(segment?: string) => change({ segment: segment ?? "" })}
              options={options}
            />
          )}
        </Field>
        <Field label={t("campaigns.exclude")}>
          {(id) => (
            <Select<string[]>
              id={id}
              mode="multiple"
              value={audience.exclude}
              onChange={(exclude) => change({ exclude })}
              options={options}
            />
          )}
        </Field>
        <PeopleEditor label={t("campaigns.who")} value={audience.who} onChange={(who) => change({ who: who as typeof audience.who })} />
        <Field label={t("campaigns.holdout")} note={t("campaigns.holdoutNote")}>
          {(id, note) => (
            <InputNumber
              id={id}
              aria-describedby={note}
              min={0}
              max={50}
              suffix="%"
              value={spec.holdout_percent}
              onChange={(percent) => onChange({ holdout_percent: percent ?? 0 })}
            />
          )}
        </Field>
      </Fields>
    </Card>
  );
}
