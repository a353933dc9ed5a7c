// Which silence is leaving, what does an action cost and save, and by what are people told apart?
import { App, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useSaveSurvival, type SurvivalSettings } from "./queries";

const NUMBERS = [
  ["silent_days", 7, 365],
  ["action_cost_minor", 0, 1_000_000_000],
  ["saved_percent", 0.1, 100],
  ["return_days", 7, 365],
] as const;
const ORIGINS = ["channel", "device", "country", "utm_source"] as const;

export function SettingsDialog({ settings, onClose }: { settings: SurvivalSettings; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [draft, setDraft] = useState(settings);
  const { mutate, isPending, error } = useSaveSurvival();
  const save = (): void =>
    mutate(draft, {
      onSuccess: () => {
        void message.success(t("lifetime.saved"));
        onClose();
      },
    });
  const set = (name: (typeof NUMBERS)[number][0], value: number | null): void => {
    if (value !== null) setDraft({ ...draft, [name]: value });
    else if (name === "silent_days") setDraft({ ...draft, silent_days: null });
  };
  return (
    <Modal open title={t("survival.settings")} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Fields>
        {NUMBERS.map(([name, low, high]) => (
          <Field key={name} label={t(`survival.fields.${name}`)} note={t(`survival.notes.${name}`)}>
            {(id, note) => (
              <InputNumber
                id={id}
                aria-describedby={note}
                min={low}
                max={high}
                value={draft[name] ?? null}
                onChange={(value) => set(name, value)}
                style={{ width: "100%" }}
              />
            )}
          </Field>
        ))}
        <Field label={t("survival.fields.by")} note={t("survival.notes.by")}>
          {(id, note) => (
            <Select
              id={id}
              aria-describedby={note}
              value={draft.by ?? "channel"}
              onChange={(by) => setDraft({ ...draft, by })}
              options={ORIGINS.map((value) => ({ value, label: t(`survival.origins.${value}`) }))}
            />
          )}
        </Field>
      </Fields>
    </Modal>
  );
}
