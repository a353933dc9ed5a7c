// How early is a need told of, how sure must it be, and how many kinds are followed?
import { App, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useEventNames } from "@/rooms/segments/names";
import { useSaveNeeds, type NeedsSettings } from "./queries";

const NUMBERS = [
  ["lead_days", 0, 60],
  ["chance_percent", 1, 100],
  ["horizon_days", 7, 365],
  ["kinds", 1, 500],
] as const;

export function SettingsDialog({ settings, onClose }: { settings: NeedsSettings; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { events } = useEventNames();
  const [draft, setDraft] = useState(settings);
  const { mutate, isPending, error } = useSaveNeeds();
  const save = (): void =>
    mutate(draft, {
      onSuccess: () => {
        void message.success(t("needs.saved"));
        onClose();
      },
    });
  return (
    <Modal open title={t("needs.settings")} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Fields>
        {NUMBERS.map(([name, low, high]) => (
          <Field key={name} label={t(`needs.fields.${name}`)} note={t(`needs.notes.${name}`)}>
            {(id, note) => (
              <InputNumber
                id={id}
                aria-describedby={note}
                min={low}
                max={high}
                precision={0}
                value={draft[name] ?? low}
                onChange={(value) => setDraft({ ...draft, [name]: value ?? low })}
                style={{ width: "100%" }}
              />
            )}
          </Field>
        ))}
        <Field label={t("lifetime.events")} note={t("lifetime.eventsNote")} wide>
          {(id, note) => (
            <Select<string[]>
              id={id}
              aria-describedby={note}
              mode="multiple"
              value={[...(draft.events ?? [])]}
              onChange={(value) => setDraft({ ...draft, events: value })}
              options={events.map((event) => ({ value: event.name }))}
            />
          )}
        </Field>
      </Fields>
    </Modal>
  );
}
