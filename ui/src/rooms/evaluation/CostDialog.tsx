// What did an action cost beside its messages: benefits, coupons, work?
import { App, Input, InputNumber, Modal } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { minorPerUnit } from "@/parts/money";
import { Refusal } from "@/parts/Refusal";
import { useSaveCost, type ActionWhole, type Kind } from "./queries";

interface CostProps {
  readonly kind: Kind;
  readonly actionKey: string;
  readonly cost: ActionWhole["cost"];
  readonly currency: string;
  readonly onClose: () => void;
}

export function CostDialog({ kind, actionKey, cost, currency, onClose }: CostProps): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const per = minorPerUnit(currency);
  const [fixed, setFixed] = useState((cost.fixed_minor ?? 0) / per);
  const [each, setEach] = useState((cost.per_person_minor ?? 0) / per);
  const [note, setNote] = useState(cost.note ?? "");
  const { mutate, isPending, error } = useSaveCost(kind, actionKey);
  const save = (): void =>
    mutate(
      { fixed_minor: Math.round(fixed * per), per_person_minor: Math.round(each * per), note },
      {
        onSuccess: () => {
          void message.success(t("evaluation.costSaved"));
          onClose();
        },
      },
    );
  return (
    <Modal open title={t("evaluation.costs")} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <p className="soft">{t("evaluation.costsNote")}</p>
      <Fields>
        <Amount label={t("evaluation.fixed")} value={fixed} currency={currency} onChange={setFixed} />
        <Amount label={t("evaluation.perPerson")} value={each} currency={currency} onChange={setEach} />
        <Field label={t("evaluation.note")} wide>
          {(id) => <Input id={id} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />}
        </Field>
      </Fields>
    </Modal>
  );
}

interface AmountProps {
  readonly label: string;
  readonly value: number;
  readonly currency: string;
  readonly onChange: (value: number) => void;
}

function Amount({ label, value, currency, onChange }: AmountProps): ReactNode {
  return (
    <Field label={label}>
      {(id) => (
        <InputNumber
          id={id}
          min={0}
          max={1e9}
          value={value}
          suffix={currency}
          onChange={(next) => onChange(next ?? 0)}
          style={{ width: "100%" }}
        />
      )}
    </Field>
  );
}
