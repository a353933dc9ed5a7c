// How much is too much? Caps by the person's own day, quiet hours by their own clock, and the balance of what is good for whom.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Segmented } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Outreach.module.css";
import { restraintsQuery, useSaveRestraints, type Restraints } from "./queries";

export function Limits(): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(restraintsQuery(slug));
  return <Ready query={query}>{({ restraints, version }) => <Form key={version} known={restraints} version={version} />}</Ready>;
}

function Form({ known, version }: { known: Restraints; version: number }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("messages:write");
  const [draft, setDraft] = useState(known);
  const { mutate, isPending } = useSaveRestraints();
  const change = (part: Partial<Restraints>): void => setDraft((before) => ({ ...before, ...part }));
  const save = (): void =>
    mutate({ restraints: draft, if_version: version }, { onSuccess: () => void message.success(t("restraints.saved")), onError: failed });
  return (
    <Card title={t("restraints.limits")} note={t("restraints.limitsNote")}>
      <div className={styles.form}>
        <Caps draft={draft} onChange={change} />
        <Quiet draft={draft} onChange={change} />
        <Campaigns draft={draft} onChange={change} />
        <Kept draft={draft} onChange={change} />
        {may ? (
          <div>
            <Button type="primary" loading={isPending} onClick={save}>
              {t("actions.save")}
            </Button>
          </div>
        ) : null}
      </div>
    </Card>
  );
}

interface PartProps {
  readonly draft: Restraints;
  readonly onChange: (part: Partial<Restraints>) => void;
}

function Caps({ draft, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const number = (id: string, value: number | null | undefined, put: (value: number | null) => void): ReactNode => (
    <InputNumber id={id} min={0} max={1000} precision={0} value={value ?? null} onChange={put} placeholder={t("restraints.noLimit")} />
  );
  const { everything } = draft;
  return (
    <Fields>
      <Field label={t("restraints.perDay")} note={t("restraints.perDayNote")}>
        {(id) => number(id, everything.day, (day) => onChange({ everything: { ...everything, day } }))}
      </Field>
      <Field label={t("restraints.budget")} note={t("restraints.budgetNote")}>
        {(id) => number(id, everything.week, (week) => onChange({ everything: { ...everything, week } }))}
      </Field>
      <Field label={t("restraints.sales")} note={t("restraints.salesNote")}>
        {(id) => number(id, draft.sales_per_week, (sales_per_week) => onChange({ sales_per_week }))}
      </Field>
      <Field label={t("restraints.whenCapped")}>
        {() => (
          <Segmented<"drop" | "hold">
            value={draft.when_capped}
            onChange={(when_capped) => onChange({ when_capped })}
            aria-label={t("restraints.whenCapped")}
            options={(["drop", "hold"] as const).map((value) => ({ value, label: t(`restraints.capped.${value}`) }))}
          />
        )}
      </Field>
    </Fields>
  );
}

/** After how many months the traces of what is over go; empty keeps them. */
function Kept({ draft, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Fields>
      <Field label={t("restraints.history")} note={t("restraints.historyNote")}>
        {(id, note) => (
          <InputNumber
            id={id}
            aria-describedby={note}
            min={13}
            max={120}
            precision={0}
            value={draft.history_kept_months ?? null}
            placeholder={t("restraints.historyAlways")}
            onChange={(history_kept_months) => onChange({ history_kept_months })}
          />
        )}
      </Field>
    </Fields>
  );
}

function Quiet({ draft, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { quiet } = draft;
  const hour = (id: string, name: "since" | "until"): ReactNode => (
    <Input id={id} type="time" value={quiet[name]} onChange={(event) => onChange({ quiet: { ...quiet, [name]: event.target.value } })} />
  );
  return (
    <Fields>
      <Field label={t("restraints.quiet")} note={t("restraints.quietNote")}>
        {() => (
          <Segmented<"hold" | "drop" | "off">
            value={quiet.what}
            onChange={(what) => onChange({ quiet: { ...quiet, what } })}
            aria-label={t("restraints.quiet")}
            options={(["hold", "drop", "off"] as const).map((value) => ({ value, label: t(`restraints.quiets.${value}`) }))}
          />
        )}
      </Field>
      <Field label={t("restraints.since")}>{(id) => hour(id, "since")}</Field>
      <Field label={t("restraints.until")}>{(id) => hour(id, "until")}</Field>
    </Fields>
  );
}

function Campaigns({ draft, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { campaigns } = draft;
  const number = (id: string, note: string, name: keyof Restraints["campaigns"], max: number, suffix?: string): ReactNode => (
    <InputNumber
      id={id}
      aria-describedby={note}
      min={name === "approval_over" ? 0 : name === "at_least" ? 1 : 0.01}
      max={max}
      value={campaigns[name]}
      placeholder={t("restraints.noLimit")}
      {...(suffix ? { suffix } : {})}
      onChange={(value) =>
        value !== null || name === "approval_over" ? onChange({ campaigns: { ...campaigns, [name]: value } }) : undefined
      }
    />
  );
  return (
    <Fields>
      <Field label={t("restraints.approvalOver")} note={t("restraints.approvalOverNote")}>
        {(id, note) => number(id, note, "approval_over", 1_000_000_000)}
      </Field>
      <Field label={t("restraints.bouncePercent")} note={t("restraints.stopNote")}>
        {(id, note) => number(id, note, "bounce_percent", 100, "%")}
      </Field>
      <Field label={t("restraints.complaintPercent")} note={t("restraints.stopNote")}>
        {(id, note) => number(id, note, "complaint_percent", 100, "%")}
      </Field>
      <Field label={t("restraints.atLeast")}>{(id, note) => number(id, note, "at_least", 1_000_000)}</Field>
    </Fields>
  );
}
