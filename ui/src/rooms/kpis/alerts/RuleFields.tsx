// When is somebody told: outside of two limits, or when it is unusual?
import { InputNumber, Segmented, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Stack } from "@/parts/Page";
import type { Measured } from "../figures";
import { useUnitSign } from "../useUnitSign";
import type { Draft, Lack } from "./draft";

interface RuleFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly measured: Measured;
  readonly lacking: (lack: Lack) => boolean;
}

const KINDS = ["anomaly", "threshold"] as const;
const DIRECTIONS = ["both", "up", "down"] as const;

export function RuleFields(props: RuleFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { draft, onChange } = props;
  return (
    <Stack gap={12}>
      <div>
        <Segmented<Draft["kind"]>
          value={draft.kind}
          onChange={(kind) => onChange({ ...draft, kind })}
          options={KINDS.map((value) => ({ value, label: t(`alerts.kinds.${value}`) }))}
          aria-label={t("alerts.rule")}
        />
      </div>
      <p className="soft">{t(`alerts.kindNotes.${draft.kind}`)}</p>
      {draft.kind === "threshold" ? <Limits {...props} /> : <Unusual {...props} />}
    </Stack>
  );
}

function Limits({ draft, onChange, measured, lacking }: RuleFieldsProps): ReactNode {
  const { t } = useTranslation();
  const sign = useUnitSign(measured);
  const wrong = lacking("limits") ? t("alerts.lacks.limits") : lacking("order") ? t("alerts.lacks.order") : undefined;
  return (
    <Fields>
      {(["below", "above"] as const).map((side) => (
        <Field key={side} label={t(`alerts.${side}`)} wrong={side === "below" ? wrong : undefined}>
          {(id, describedBy) => (
            <InputNumber<number>
              id={id}
              aria-describedby={describedBy}
              value={draft[side]}
              onChange={(value) => onChange({ ...draft, [side]: value })}
              suffix={sign}
              style={{ width: "100%" }}
              {...(wrong ? { status: "error" as const } : {})}
            />
          )}
        </Field>
      ))}
    </Fields>
  );
}

function Unusual({ draft, onChange }: RuleFieldsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Fields>
      <Field label={t("alerts.direction")}>
        {(id) => (
          <Select<Draft["direction"]>
            id={id}
            aria-label={t("alerts.direction")}
            value={draft.direction}
            onChange={(direction) => onChange({ ...draft, direction })}
            options={DIRECTIONS.map((value) => ({ value, label: t(`alerts.directions.${value}`) }))}
          />
        )}
      </Field>
      <Field label={t("alerts.leastChange")} note={t("alerts.leastChangeNote")}>
        {(id, describedBy) => (
          <InputNumber<number>
            id={id}
            aria-describedby={describedBy}
            value={draft.leastChange}
            min={0}
            max={1000}
            suffix="%"
            onChange={(value) => onChange({ ...draft, leastChange: value ?? 0 })}
            style={{ width: "100%" }}
          />
        )}
      </Field>
      <Field label={t("alerts.deviations")} note={t("alerts.deviationsNote")}>
        {(id, describedBy) => (
          <InputNumber<number>
            id={id}
            aria-describedby={describedBy}
            value={draft.deviations}
            min={1}
            max={20}
            step={0.5}
            onChange={(value) => onChange({ ...draft, deviations: value ?? 3.5 })}
            style={{ width: "100%" }}
          />
        )}
      </Field>
    </Fields>
  );
}
