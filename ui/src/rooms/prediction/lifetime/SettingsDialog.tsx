// By which margin, discount rate and horizon is value told, and what counts as a purchase?
import { App, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useEventNames } from "@/rooms/segments/names";
import { useSaveSettings, type Settings } from "./queries";

const PERIODS = ["auto", "1", "7", "30"] as const;
const CONTRACTS = ["none", "renewals"] as const;

export function SettingsDialog({ settings, onClose }: { settings: Settings; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [draft, setDraft] = useState(settings);
  const { mutate, isPending, error } = useSaveSettings();
  const save = (): void =>
    mutate(draft, {
      onSuccess: () => {
        void message.success(t("lifetime.saved"));
        onClose();
      },
    });
  return (
    <Modal open title={t("lifetime.settings")} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Fields>
        <Amounts draft={draft} onChange={setDraft} />
        <Kinds draft={draft} onChange={setDraft} />
      </Fields>
    </Modal>
  );
}

interface Part {
  readonly draft: Settings;
  readonly onChange: (draft: Settings) => void;
}

function Amounts({ draft, onChange }: Part): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Field label={t("lifetime.margin")} note={t("lifetime.marginNote")}>
        {(id, note) => (
          <InputNumber
            id={id}
            aria-describedby={note}
            min={0.01}
            max={100}
            value={draft.margin_percent ?? 100}
            onChange={(value) => onChange({ ...draft, margin_percent: value ?? 100 })}
            style={{ width: "100%" }}
          />
        )}
      </Field>
      <Field label={t("lifetime.discount")}>
        {(id) => (
          <InputNumber
            id={id}
            min={0}
            max={100}
            value={draft.discount_percent ?? 0}
            onChange={(value) => onChange({ ...draft, discount_percent: value ?? 0 })}
            style={{ width: "100%" }}
          />
        )}
      </Field>
      <Field label={t("lifetime.horizon")}>
        {(id) => (
          <InputNumber
            id={id}
            min={30}
            max={1825}
            precision={0}
            value={draft.horizon_days ?? 365}
            onChange={(value) => onChange({ ...draft, horizon_days: value ?? 365 })}
            style={{ width: "100%" }}
          />
        )}
      </Field>
    </>
  );
}

function Kinds({ draft, onChange }: Part): ReactNode {
  const { t } = useTranslation();
  const { events } = useEventNames();
  const period = PERIODS.find((one) => one === String(draft.period_days ?? "auto")) ?? "auto";
  return (
    <>
      <Field label={t("lifetime.contract")}>
        {(id) => (
          <Select
            id={id}
            value={draft.contract ?? "none"}
            onChange={(contract) => onChange({ ...draft, contract })}
            options={CONTRACTS.map((value) => ({ value, label: t(`lifetime.contracts.${value}`) }))}
          />
        )}
      </Field>
      {draft.contract === "renewals" ? (
        <Field label={t("lifetime.renewalDays")}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={400}
              precision={0}
              value={draft.renewal_days ?? 30}
              onChange={(value) => onChange({ ...draft, renewal_days: value ?? 30 })}
              style={{ width: "100%" }}
            />
          )}
        </Field>
      ) : (
        <Field label={t("lifetime.period")}>
          {(id) => (
            <Select
              id={id}
              value={period}
              onChange={(value) => onChange({ ...draft, period_days: value === "auto" ? null : (Number(value) as 1 | 7 | 30) })}
              options={PERIODS.map((value) => ({ value, label: t(`lifetime.periods.${value}`) }))}
            />
          )}
        </Field>
      )}
      <Field label={t("lifetime.events")} note={t("lifetime.eventsNote")} wide>
        {(id, note) => (
          <Select<string[]>
            id={id}
            aria-describedby={note}
            mode="multiple"
            value={[...(draft.events ?? [])]}
            onChange={(value) => onChange({ ...draft, events: value })}
            options={events.map((event) => ({ value: event.name }))}
          />
        )}
      </Field>
    </>
  );
}
