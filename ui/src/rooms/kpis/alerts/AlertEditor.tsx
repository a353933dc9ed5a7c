// Which metric, which rule, who is told? And beside it what the rule would have said last.
import { App, Button, Input, Modal, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Field, Fields } from "@/parts/Field";
import { Card, Page } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import builderStyles from "@/rooms/segments/builder/Builder.module.css";
import { useLeaving } from "@/rooms/segments/builder/useLeaving";
import { Secret } from "@/rooms/segments/handover/Secret";
import { usePath, useWorkspace } from "@/shell/workspace";
import { UNITS, type Unit } from "../frame";
import { useMetricName } from "../marks";
import type { Metric } from "../queries";
import { lacksOf, receiversOf, specOf, type Draft, type Lack } from "./draft";
import { useChangeAlert, useCreateAlert, type Alert } from "./queries";
import { ReceiverFields } from "./ReceiverFields";
import { RuleFields } from "./RuleFields";
import { TrialPanel } from "./TrialPanel";

interface AlertEditorProps {
  /** What is edited; null for a new alert. */
  readonly alert: Alert | null;
  readonly metrics: readonly Metric[];
  readonly start: Draft;
}

export function AlertEditor({ alert, metrics, start: given }: AlertEditorProps): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const path = usePath();
  const [start] = useState(given);
  const [draft, setDraft] = useState(start);
  const [insists, insist] = useState(false);
  const leaving = useLeaving(draft !== start);
  const lacks = lacksOf(draft);
  const measured = metrics.find(({ key }) => key === draft.metric)?.unit ?? "ratio";
  const spec = specOf(draft, measured, currency);
  const { save, busy, error, secret, go } = useSaving(alert, leaving.free);
  const lacking = (lack: Lack): boolean => insists && lacks.whole.includes(lack);
  const submit = (): void => {
    insist(true);
    if (lacks.whole.length === 0) save(draft, spec);
  };
  return (
    <Page
      title={alert ? t("alerts.editTitle", { name: alert.name }) : t("alerts.new")}
      crumb={<Link to={alert ? path("alerts", alert.alert_id) : path("alerts")}>{alert ? alert.name : t("alerts.title")}</Link>}
      actions={
        <Button type="primary" loading={busy} onClick={submit}>
          {t("actions.save")}
        </Button>
      }
    >
      <div className={builderStyles.layout}>
        <div className={builderStyles.main}>
          <Refusal error={error} />
          <Card title={t("alerts.what")}>
            <WhatFields draft={draft} onChange={setDraft} metrics={metrics} lacking={lacking} />
          </Card>
          <Card title={t("alerts.rule")}>
            <RuleFields draft={draft} onChange={setDraft} measured={measured} lacking={lacking} />
          </Card>
          <Card title={t("alerts.whom")} note={t("alerts.whomNote")}>
            <ReceiverFields alert={alert} draft={draft} onChange={setDraft} wrong={lacking("receivers")} />
          </Card>
        </div>
        <div className={builderStyles.side}>
          <TrialPanel spec={lacks.rule.length === 0 ? spec : null} measured={measured} />
        </div>
      </div>
      {leaving.dialog}
      <Modal
        open={secret !== null}
        title={t("syncs.secretTitle")}
        onCancel={go}
        mask={{ closable: false }}
        footer={
          <Button type="primary" onClick={go}>
            {t("actions.done")}
          </Button>
        }
      >
        {secret === null ? null : <Secret secret={secret} />}
      </Modal>
    </Page>
  );
}

interface WhatFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly metrics: readonly Metric[];
  readonly lacking: (lack: Lack) => boolean;
}

function WhatFields({ draft, onChange, metrics, lacking }: WhatFieldsProps): ReactNode {
  const { t } = useTranslation();
  const metricName = useMetricName();
  // The limits belong to the old metric, and mean something else of another.
  const choose = (metric: string): void => onChange({ ...draft, metric, above: null, below: null, kept: { ...draft.kept, config: null } });
  return (
    <Fields>
      <Field label={t("alerts.metric")} wrong={lacking("metric") ? t("alerts.lacks.metric") : undefined}>
        {(id, describedBy) => (
          <Select<string>
            id={id}
            aria-describedby={describedBy}
            aria-label={t("alerts.metric")}
            value={draft.metric === "" ? null : draft.metric}
            onChange={choose}
            options={metrics.map((metric) => ({ value: metric.key, label: metricName(metric) }))}
            showSearch={{ optionFilterProp: "label" }}
            placeholder={t("alerts.chooseMetric")}
          />
        )}
      </Field>
      <Field label={t("alerts.everyLabel")}>
        {(id) => (
          <Select<Unit>
            id={id}
            aria-label={t("alerts.everyLabel")}
            value={draft.unit}
            onChange={(unit) => onChange({ ...draft, unit })}
            options={UNITS.map((value) => ({ value, label: t(`alerts.per.${value}`) }))}
          />
        )}
      </Field>
      <Field label={t("alerts.name")} wide wrong={lacking("name") ? t("alerts.lacks.name") : undefined} note={t("alerts.nameNote")}>
        {(id, describedBy) => (
          <Input
            id={id}
            aria-describedby={describedBy}
            value={draft.name}
            maxLength={200}
            onChange={(change) => onChange({ ...draft, name: change.target.value })}
          />
        )}
      </Field>
    </Fields>
  );
}

function useSaving(alert: Alert | null, free: () => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const create = useCreateAlert();
  const change = useChangeAlert();
  const [made, setMade] = useState<{ readonly id: string; readonly secret: string } | null>(null);
  const open = (id: string): void => {
    free();
    void message.success(t("states.saved"));
    void navigate(path("alerts", id));
  };
  const save = (draft: Draft, spec: ReturnType<typeof specOf>): void => {
    const receivers = draft.receivers === null ? {} : { receivers: receiversOf(draft.receivers) };
    const name = draft.name.trim();
    if (alert) {
      change.mutate({ alert_id: alert.alert_id, name, spec, ...receivers }, { onSuccess: () => open(alert.alert_id) });
      return;
    }
    create.mutate(
      { name, spec, ...receivers },
      {
        // The secret is only of use to a webhook.
        onSuccess: ({ alert_id, secret, receivers: told }) =>
          told.some(({ kind }) => kind === "webhook") ? setMade({ id: alert_id, secret }) : open(alert_id),
      },
    );
  };
  return {
    save,
    busy: create.isPending || change.isPending,
    error: create.error ?? change.error,
    secret: made?.secret ?? null,
    go: () => {
      if (made) open(made.id);
    },
  };
}
