// By what are all actions judged: the margin, and how long everybody is watched?
import { useQuery } from "@tanstack/react-query";
import { App, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { HORIZONS, termsQuery, useSaveTerms, type Terms } from "./queries";

export function TermsDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { message } = App.useApp();
  const query = useQuery(termsQuery(slug));
  const [changed, setChanged] = useState<Terms | null>(null);
  const { mutate, isPending, error } = useSaveTerms();
  const save = (): void => {
    if (!changed) {
      onClose();
      return;
    }
    mutate(changed, {
      onSuccess: () => {
        void message.success(t("evaluation.termsSaved"));
        onClose();
      },
    });
  };
  return (
    <Modal open title={t("evaluation.terms")} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Ready query={query} rows={3}>
        {(stored) => <Inputs terms={changed ?? stored} onChange={setChanged} />}
      </Ready>
    </Modal>
  );
}

function Inputs({ terms, onChange }: { terms: Terms; onChange: (terms: Terms) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Fields>
      <Field label={t("evaluation.margin")} note={t("evaluation.marginNote")}>
        {(id, note) => (
          <InputNumber
            id={id}
            aria-describedby={note}
            min={0.01}
            max={100}
            value={terms.margin_percent}
            onChange={(value) => onChange({ ...terms, margin_percent: value ?? 100 })}
            style={{ width: "100%" }}
          />
        )}
      </Field>
      <Field label={t("evaluation.horizon")} note={t("evaluation.horizonNote")}>
        {(id, note) => (
          <Select
            id={id}
            aria-describedby={note}
            value={terms.horizon_days}
            onChange={(value) => onChange({ ...terms, horizon_days: value })}
            options={HORIZONS.map((value) => ({ value, label: t("evaluation.days", { count: value }) }))}
          />
        )}
      </Field>
    </Fields>
  );
}
