// From which step on are people invited, how many are held out, and what do super users get?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { holdoutsQuery } from "@/rooms/outreach/holdouts/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import { useSaveProgramme, type Programme } from "./queries";

const SINCE = ["regular", "fan", "super_user"] as const;
type Benefit = Programme["benefits"][number];

export function ProgrammeDialog({ programme, onClose }: { programme: Schemas["LadderProgramme"]; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [draft, setDraft] = useState(programme as Programme);
  const { mutate, isPending, error } = useSaveProgramme();
  const may = useMay("campaigns:read");
  const save = (): void =>
    mutate(draft, {
      onSuccess: () => {
        void message.success(t("ladder.programmeSaved"));
        onClose();
      },
    });
  const set = (at: number, change: Partial<Benefit>): void =>
    setDraft({ ...draft, benefits: draft.benefits.map((one, place) => (place === at ? { ...one, ...change } : one)) });
  return (
    <Modal open title={t("ladder.programme")} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Fields>
        <Field label={t("ladder.since")} note={t("ladder.sinceNote")}>
          {(id, note) => (
            <Select
              id={id}
              aria-describedby={note}
              value={draft.since}
              onChange={(since) => setDraft({ ...draft, since })}
              options={SINCE.map((value) => ({ value, label: t(`ladder.names.${value}`) }))}
            />
          )}
        </Field>
        {may ? <Shared value={draft.holdout} onChange={(holdout) => setDraft({ ...draft, holdout })} /> : null}
        <Field label={t("ladder.heldPercent")} note={t("ladder.heldNote")}>
          {(id, note) => (
            <InputNumber
              id={id}
              aria-describedby={note}
              min={0}
              max={50}
              disabled={draft.holdout !== ""}
              value={draft.held_percent}
              onChange={(value) => setDraft({ ...draft, held_percent: value ?? 0 })}
              style={{ width: "100%" }}
            />
          )}
        </Field>
        {draft.benefits.map((one, at) => (
          // eslint-disable-next-line react/no-array-index-key -- a benefit has no key of its own
          <Field key={at} wide label={t("ladder.benefit", { place: at + 1 })}>
            {(id) => (
              <>
                <Input id={id} value={one.name} maxLength={200} onChange={({ target }) => set(at, { name: target.value })} />
                <Input.TextArea
                  aria-label={t("ladder.benefitText", { place: at + 1 })}
                  value={one.text ?? ""}
                  maxLength={2_000}
                  onChange={({ target }) => set(at, { text: target.value })}
                />
                <Button size="small" onClick={() => setDraft({ ...draft, benefits: draft.benefits.filter((_, place) => place !== at) })}>
                  {t("ladder.benefitGone")}
                </Button>
              </>
            )}
          </Field>
        ))}
      </Fields>
      <Button
        disabled={draft.benefits.length >= 30}
        onClick={() => setDraft({ ...draft, benefits: [...draft.benefits, { name: "", text: "" }] })}
      >
        {t("ladder.benefitMore")}
      </Button>
    </Modal>
  );
}

/** Whose draw holds people out: one of its own, or that of a holdout of messages that goes on for good. */
function Shared({ value, onChange }: { value: string; onChange: (holdout: string) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(holdoutsQuery(slug));
  const fitting = (data?.items ?? []).filter((one) => one.key === value || (!one.ended && one.renew_days === null));
  const options = fitting.map((one) => ({ value: one.key, label: t("ladder.holdoutShared", { name: one.name }) }));
  return (
    <Field label={t("ladder.holdout")} note={t("ladder.holdoutNote")}>
      {(id, note) => (
        <Select
          id={id}
          aria-describedby={note}
          value={value}
          onChange={onChange}
          options={[{ value: "", label: t("ladder.holdoutOwn") }, ...options]}
        />
      )}
    </Field>
  );
}
