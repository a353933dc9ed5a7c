// What is to be done about an action, and why? Retiring stops it; whoever scales what harms health puts their name to it.
import { Alert, App, Input, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useMay } from "@/shell/workspace";
import { useDecide, type Worth } from "./queries";

const CHOICES = ["scale", "keep", "fix", "retire"] as const;
type Choice = (typeof CHOICES)[number];

export function DecideDialog({ worth, onClose }: { worth: Worth; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const mayAnswer = useMay("evaluation:approve");
  const proposed = CHOICES.find((one) => one === worth.proposal) ?? "keep";
  const [choice, setChoice] = useState<Choice>(proposed);
  const [reason, setReason] = useState("");
  const { mutate, isPending, error } = useDecide(worth.kind, worth.key);
  const harms = choice === "scale" && worth.harmful;
  const save = (): void =>
    mutate(
      { decision: choice, reason, horizon_days: 30 },
      {
        onSuccess: () => {
          void message.success(t("evaluation.saved"));
          onClose();
        },
      },
    );
  return (
    <Modal
      open
      title={t("evaluation.decideOf", { name: worth.name })}
      okText={t("evaluation.decide")}
      okButtonProps={{ danger: choice === "retire", disabled: harms && !mayAnswer }}
      confirmLoading={isPending}
      onOk={save}
      onCancel={onClose}
    >
      <Refusal error={error} />
      <Fields>
        <Field
          label={t("evaluation.decision")}
          note={t(choice === "retire" ? (`evaluation.effects.retire_${worth.kind}` as const) : (`evaluation.effects.${choice}` as const))}
          wide
        >
          {(id, note) => (
            <Select
              id={id}
              aria-describedby={note}
              value={choice}
              onChange={setChoice}
              options={CHOICES.map((value) => ({
                value,
                label:
                  value === proposed && value === worth.proposal
                    ? t("evaluation.proposed", { what: t(`evaluation.proposals.${value}`) })
                    : t(`evaluation.proposals.${value}`),
              }))}
            />
          )}
        </Field>
        <Field label={t("evaluation.reason")} wide>
          {(id) => <Input.TextArea id={id} rows={3} maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />}
        </Field>
      </Fields>
      {harms ? <Alert type="error" showIcon title={t(mayAnswer ? "evaluation.harmsMine" : "evaluation.harmsOther")} /> : null}
    </Modal>
  );
}
