// How far back is looked, where does strong begin, what does each signal count, and which events mean what?
import { App, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useSaveTies, type Ties, type TieSettings } from "./queries";

const NUMBERS = [
  ["window_days", 14, 365],
  ["reply_hours", 1, 336],
  ["strong_percent", 0.1, 50],
  ["medium_percent", 0.1, 90],
  ["strong_at", 0.1, 100],
  ["medium_at", 0.1, 100],
  ["change_points", 1, 100],
] as const;
const SIGNALS = ["often", "recent", "breadth", "time", "orders", "started", "answers", "heard", "advice", "benefits", "brought"] as const;
const MEANINGS = ["answers", "heard", "advice", "benefits"] as const;

export function SettingsDialog({ ties, onClose }: { ties: Ties; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [draft, setDraft] = useState(ties.settings as TieSettings);
  const { mutate, isPending, error } = useSaveTies();
  const save = (): void =>
    mutate(draft, {
      onSuccess: () => {
        void message.success(t("ties.saved"));
        onClose();
      },
    });
  return (
    <Modal open width={680} title={t("ties.settings")} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Numbers draft={draft} onChange={setDraft} />
      <h3>{t("ties.weights")}</h3>
      <Fields>
        {SIGNALS.map((key) => (
          <Field key={key} label={t(`ties.signalNames.${key}`)}>
            {(id, note) => (
              <InputNumber
                id={id}
                aria-describedby={note}
                min={0}
                max={100}
                value={draft.weights[key] ?? 0}
                onChange={(value) => setDraft({ ...draft, weights: { ...draft.weights, [key]: value ?? 0 } })}
                style={{ width: "100%" }}
              />
            )}
          </Field>
        ))}
      </Fields>
      <h3>{t("ties.meanings")}</h3>
      <Fields>
        {MEANINGS.map((key) => (
          <Field key={key} wide label={t(`ties.signalNames.${key}`)} note={t(`ties.meaningNotes.${key}`)}>
            {(id, note) => (
              <Select
                id={id}
                aria-describedby={note}
                mode="tags"
                open={false}
                value={draft[key]}
                onChange={(events) => setDraft({ ...draft, [key]: events })}
                style={{ width: "100%" }}
              />
            )}
          </Field>
        ))}
      </Fields>
    </Modal>
  );
}

function Numbers({ draft, onChange }: { draft: TieSettings; onChange: (next: TieSettings) => void }): ReactNode {
  const { t } = useTranslation();
  const set = (name: (typeof NUMBERS)[number][0], value: number | null): void => {
    if (value !== null) onChange({ ...draft, [name]: value });
    else if (name === "strong_at" || name === "medium_at") onChange({ ...draft, [name]: null });
  };
  return (
    <Fields>
      {NUMBERS.map(([name, low, high]) => (
        <Field key={name} label={t(`ties.fields.${name}`)} note={t(`ties.notes.${name}`)}>
          {(id, note) => (
            <InputNumber
              id={id}
              aria-describedby={note}
              min={low}
              max={high}
              value={draft[name]}
              onChange={(value) => set(name, value)}
              style={{ width: "100%" }}
            />
          )}
        </Field>
      ))}
    </Fields>
  );
}
