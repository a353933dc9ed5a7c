// What is the metric called, in what is it counted, and which way is good?
import { Input, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import type { Draft } from "./draft";

const UNITS = ["count", "people", "share", "ratio", "money", "seconds", "score"] as const;

interface NameFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly wrong: boolean;
  readonly shownKey: string;
}

export function NameFields({ draft, onChange, wrong, shownKey }: NameFieldsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Fields>
      <Field
        label={t("customMetrics.name")}
        wide
        wrong={wrong ? t("customMetrics.lacks.name") : undefined}
        note={t("customMetrics.keyNote", { key: shownKey })}
      >
        {(id, describedBy) => (
          <Input
            id={id}
            aria-describedby={describedBy}
            value={draft.name}
            maxLength={200}
            onChange={(change) => onChange({ ...draft, name: change.target.value })}
          />
        )}
      </Field>
      <Field label={t("customMetrics.description")} wide>
        {(id) => (
          <Input.TextArea
            id={id}
            value={draft.description}
            maxLength={2000}
            autoSize={{ minRows: 1, maxRows: 6 }}
            onChange={(change) => onChange({ ...draft, description: change.target.value })}
          />
        )}
      </Field>
      <Field label={t("customMetrics.unit")} note={t(`customMetrics.unitNotes.${draft.unit}`)}>
        {(id, describedBy) => (
          <Select<Draft["unit"]>
            id={id}
            aria-describedby={describedBy}
            aria-label={t("customMetrics.unit")}
            value={draft.unit}
            onChange={(unit) => onChange({ ...draft, unit })}
            options={UNITS.map((value) => ({ value, label: t(`customMetrics.units.${value}`) }))}
          />
        )}
      </Field>
      <Field label={t("customMetrics.good")}>
        {(id) => (
          <Select<Draft["good"]>
            id={id}
            aria-label={t("customMetrics.good")}
            value={draft.good}
            onChange={(good) => onChange({ ...draft, good })}
            options={(["up", "down"] as const).map((value) => ({ value, label: t(`kpis.good.${value}`) }))}
          />
        )}
      </Field>
      <Field label={t("customMetrics.horizon")} note={t(`customMetrics.horizonNotes.${draft.horizon}`)}>
        {(id, describedBy) => (
          <Select<Draft["horizon"]>
            id={id}
            aria-describedby={describedBy}
            aria-label={t("customMetrics.horizon")}
            value={draft.horizon}
            onChange={(horizon) => onChange({ ...draft, horizon })}
            options={(["short", "long"] as const).map((value) => ({ value, label: t(`kpis.${value}`) }))}
          />
        )}
      </Field>
    </Fields>
  );
}
