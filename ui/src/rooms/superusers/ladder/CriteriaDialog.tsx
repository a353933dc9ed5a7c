// What does it take to reach each step? Criteria are taken away, added as segments, or put back as they came.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Modal, Select } from "antd";
import { X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Refusal } from "@/parts/Refusal";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Ladder.module.css";
import { STEPS, useSaveCriteria, type Criteria, type Ladder, type Step } from "./queries";

export function CriteriaDialog({ ladder, onClose }: { ladder: Ladder; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { slug } = useWorkspace();
  const { data: segments } = useQuery(segmentsQuery(slug));
  const [draft, setDraft] = useState<Criteria>(ladder.criteria);
  const { mutate, isPending, error } = useSaveCriteria();
  const save = (steps: Criteria | null): void =>
    mutate(steps, {
      onSuccess: () => {
        void message.success(t("ladder.saved"));
        onClose();
      },
    });
  const add = (step: Step, key: string): void => {
    const name = segments?.items.find((one) => one.key === key)?.name ?? key;
    const taken = new Set((draft[step] ?? []).map((one) => one.key));
    let place = 1;
    while (taken.has(`segment_${String(place)}`)) place += 1;
    const one = {
      key: `segment_${String(place)}`,
      merit: "known" as const,
      condition: { segment: { key } },
      label_zh: name,
      label_en: name,
      help_zh: "",
      help_en: "",
    };
    setDraft({ ...draft, [step]: [...(draft[step] ?? []), one] });
  };
  const take = (step: Step, key: string): void => setDraft({ ...draft, [step]: (draft[step] ?? []).filter((one) => one.key !== key) });
  return (
    <Modal
      open
      width={640}
      title={t("ladder.criteria")}
      onCancel={onClose}
      footer={
        <>
          <Button disabled={!ladder.own} onClick={() => save(null)}>
            {t("ladder.restore")}
          </Button>
          <Button type="primary" loading={isPending} onClick={() => save(draft)}>
            {t("actions.save")}
          </Button>
        </>
      }
    >
      <Refusal error={error} />
      <p className="soft">{t("ladder.criteriaNote")}</p>
      {STEPS.slice(1).map((step) => (
        <StepCriteria
          key={step}
          step={step}
          draft={draft}
          options={(segments?.items ?? []).map((one) => ({ value: one.key, label: one.name }))}
          onAdd={(key) => add(step, key)}
          onTake={(key) => take(step, key)}
        />
      ))}
    </Modal>
  );
}

interface StepCriteriaProps {
  readonly step: Step;
  readonly draft: Criteria;
  readonly options: { value: string; label: string }[];
  readonly onAdd: (segment: string) => void;
  readonly onTake: (key: string) => void;
}

function StepCriteria({ step, draft, options, onAdd, onTake }: StepCriteriaProps): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const name = t(`ladder.names.${step}`);
  return (
    <section>
      <h3>{name}</h3>
      {(draft[step] ?? []).map((one) => {
        const label = language === "zh" ? one.label_zh : one.label_en;
        return (
          <div key={one.key} className={styles.line}>
            <span>{label}</span>
            <Button
              size="small"
              type="text"
              icon={<X size={14} aria-hidden />}
              aria-label={t("ladder.take", { what: label })}
              onClick={() => onTake(one.key)}
            />
          </div>
        );
      })}
      <Select
        value={null}
        placeholder={t("ladder.addSegment")}
        aria-label={t("ladder.addTo", { step: name })}
        options={options}
        onChange={(key: string) => onAdd(key)}
        style={{ width: "100%" }}
      />
    </section>
  );
}
