// What are actions to change, within how many days, and what is that worth?
import { App, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useSaveUplift, type UpliftSettings } from "./queries";

const NUMBERS = [
  ["window_days", 1, 180],
  ["margin_percent", 0.1, 100],
  ["contact_minor", 0, 1_000_000_000],
] as const;
const OUTCOMES = ["conversion", "revenue"] as const;
const WORTHS = ["lifetime_value", "purchase"] as const;

export function SettingsDialog({ settings, onClose }: { settings: UpliftSettings; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [draft, setDraft] = useState(settings);
  const { mutate, isPending, error } = useSaveUplift();
  const save = (): void =>
    mutate(draft, {
      onSuccess: () => {
        void message.success(t("lifetime.saved"));
        onClose();
      },
    });
  return (
    <Modal open title={t("uplift.settings")} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Fields>
        <Field label={t("uplift.fields.outcome")} note={t("uplift.notes.outcome")}>
          {(id, note) => (
            <Select
              id={id}
              aria-describedby={note}
              value={draft.outcome ?? "conversion"}
              onChange={(outcome) => setDraft({ ...draft, outcome })}
              options={OUTCOMES.map((value) => ({ value, label: t(`uplift.outcomeNames.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("uplift.fields.worth")} note={t("uplift.notes.worth")}>
          {(id, note) => (
            <Select
              id={id}
              aria-describedby={note}
              disabled={draft.outcome === "revenue"}
              value={draft.worth ?? "lifetime_value"}
              onChange={(worth) => setDraft({ ...draft, worth })}
              options={WORTHS.map((value) => ({ value, label: t(`uplift.worths.${value}`) }))}
            />
          )}
        </Field>
        {NUMBERS.map(([name, low, high]) => (
          <Field key={name} label={t(`uplift.fields.${name}`)} note={t(`uplift.notes.${name}`)}>
            {(id, note) => (
              <InputNumber
                id={id}
                aria-describedby={note}
                min={low}
                max={high}
                value={draft[name] ?? null}
                onChange={(value) => (value === null ? undefined : setDraft({ ...draft, [name]: value }))}
                style={{ width: "100%" }}
              />
            )}
          </Field>
        ))}
      </Fields>
    </Modal>
  );
}
