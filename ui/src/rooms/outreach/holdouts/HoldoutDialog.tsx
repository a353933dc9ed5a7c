// How many are held out, of what, and for how long? Says how many people that is before anything is saved.
import { useQuery } from "@tanstack/react-query";
import { Alert, Input, InputNumber, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Field, Fields } from "@/parts/Field";
import { Refusal } from "@/parts/Refusal";
import { useWorkspace } from "@/shell/workspace";
import { campaignsQuery } from "../campaigns/queries";
import { keyOf } from "../draft";
import { flowsQuery } from "../flows/queries";
import { EVERYTHING, useSaveHoldout, type Holdout, type HoldoutDraft, type Member } from "./queries";

interface HoldoutDialogProps {
  /** The one that is changed, or whether a new one is about everything. */
  readonly holdout: Holdout | "everything" | "programme";
  readonly everybody: number;
  readonly onClose: () => void;
}

export function HoldoutDialog({ holdout, everybody, onClose }: HoldoutDialogProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const stored = typeof holdout === "string" ? null : holdout;
  const whole = stored ? stored.everything : holdout === "everything";
  const [draft, setDraft] = useState<HoldoutDraft>({
    name: stored?.name ?? (whole ? t("holdouts.everything") : ""),
    percent: stored?.percent ?? 5,
    renew_days: stored ? stored.renew_days : 180,
    members: stored?.members ?? [],
  });
  const { mutate, isPending, error } = useSaveHoldout();
  const change = (part: Partial<HoldoutDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const key = stored?.key ?? (whole ? EVERYTHING : keyOf(draft.name));
  const people = Math.round((everybody * draft.percent) / 100);
  return (
    <Modal
      open
      title={t(whole ? "holdouts.ofEverything" : "holdouts.ofProgramme")}
      okText={t("holdouts.hold")}
      okButtonProps={{ disabled: !draft.name.trim() || (!whole && draft.members.length === 0) }}
      confirmLoading={isPending}
      onOk={() => mutate({ key, body: draft }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <Refusal error={error} />
      <Fields>
        {whole ? null : (
          <>
            <Field label={t("holdouts.name")} wide>
              {(id) => <Input id={id} value={draft.name} maxLength={200} onChange={(event) => change({ name: event.target.value })} />}
            </Field>
            <Members members={draft.members} onChange={(members) => change({ members })} />
          </>
        )}
        <Field label={t("holdouts.percent")} note={t("holdouts.percentNote")}>
          {(id, note) => (
            <InputNumber
              id={id}
              aria-describedby={note}
              min={0.1}
              max={50}
              value={draft.percent}
              onChange={(percent) => change({ percent: percent ?? 5 })}
              style={{ width: "100%" }}
            />
          )}
        </Field>
        <Field label={t("holdouts.renew")} note={t("holdouts.renewNote")}>
          {(id, note) => (
            <InputNumber
              id={id}
              aria-describedby={note}
              min={30}
              max={1825}
              value={draft.renew_days}
              onChange={(renew_days) => change({ renew_days })}
              style={{ width: "100%" }}
            />
          )}
        </Field>
      </Fields>
      <Alert
        type="info"
        showIcon
        title={t("holdouts.means", { people: people.toLocaleString(tag), everybody: everybody.toLocaleString(tag) })}
      />
    </Modal>
  );
}

function Members({ members, onChange }: { members: readonly Member[]; onChange: (members: Member[]) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const flows = useQuery(flowsQuery(slug));
  const campaigns = useQuery(campaignsQuery(slug, undefined, ""));
  const named = (kind: Member["kind"], items: readonly { key: string; name: string }[] = []) => ({
    label: t(`holdouts.kinds.${kind}`),
    options: items.map((one) => ({ value: `${kind}:${one.key}`, label: one.name })),
  });
  const read = (value: string): Member => {
    const at = value.indexOf(":");
    return { kind: value.slice(0, at) === "flow" ? "flow" : "campaign", key: value.slice(at + 1) };
  };
  return (
    <Field label={t("holdouts.members")} note={t("holdouts.membersNote")} wide>
      {(id, note) => (
        <Select
          id={id}
          aria-describedby={note}
          mode="multiple"
          showSearch={{ optionFilterProp: "label" }}
          loading={flows.isPending || campaigns.isPending}
          value={members.map((one) => `${one.kind}:${one.key}`)}
          onChange={(values: string[]) => onChange(values.map(read))}
          options={[named("flow", flows.data?.items), named("campaign", campaigns.data?.items)]}
        />
      )}
    </Field>
  );
}
