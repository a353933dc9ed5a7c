// Of which numbers is the metric worked out, and how? Letters, a formula, and beside them what it would say.
import { App, Button } from "antd";
import { Archive } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { useFailed } from "@/parts/useFailed";
import builderStyles from "@/rooms/segments/builder/Builder.module.css";
import { useLeaving } from "@/rooms/segments/builder/useLeaving";
import { usePath } from "@/shell/workspace";
import type { Metric } from "../queries";
import { FormulaFields } from "./FormulaFields";
import { keyFor, lacksOf, specFrom, type Draft } from "./draft";
import { LetterFields } from "./LetterFields";
import { NameFields } from "./NameFields";
import { useArchiveMetric, useSaveMetric } from "./queries";
import { TrialPanel } from "./TrialPanel";

interface CustomEditorProps {
  /** What is edited; null for a new metric. */
  readonly metricKey: string | null;
  readonly metrics: readonly Metric[];
  readonly start: Draft;
  readonly base: number;
  readonly readOnly?: boolean;
  readonly versions?: ReactNode;
}

export function CustomEditor({ metricKey, metrics, start: given, base, readOnly = false, versions }: CustomEditorProps): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const [start] = useState(given);
  const [draft, setDraft] = useState(start);
  const [insists, insist] = useState(false);
  const leaving = useLeaving(draft !== start);
  const { mutate, isPending, error } = useSaveMetric();
  const taken = useMemo(() => new Set(metrics.map(({ key }) => key)), [metrics]);
  const key = metricKey ?? keyFor(draft.name, taken);
  const lacks = lacksOf(draft);
  const save = (): void => {
    insist(true);
    if (lacks.whole.length > 0) return;
    mutate(
      { key, spec: specFrom(draft), base },
      {
        onSuccess: () => {
          leaving.free();
          void message.success(t("states.saved"));
          void navigate(path("kpis", key));
        },
      },
    );
  };
  return (
    <Page
      title={metricKey === null ? t("customMetrics.new") : start.name}
      crumb={<Link to={path("custom-metrics")}>{t("customMetrics.title")}</Link>}
      actions={
        readOnly ? null : (
          <>
            {metricKey !== null && base > 0 ? <ArchiveButton metricKey={metricKey} draft={start} onGone={leaving.free} /> : null}
            <Button type="primary" loading={isPending} onClick={save}>
              {t(metricKey !== null && base === 0 ? "customMetrics.bringBack" : "actions.save")}
            </Button>
          </>
        )
      }
    >
      <div className={builderStyles.layout}>
        <div className={builderStyles.main}>
          <Refusal error={error} />
          <Card title={t("customMetrics.what")}>
            <NameFields draft={draft} onChange={setDraft} wrong={insists && lacks.whole.includes("name")} shownKey={key} />
          </Card>
          <Card title={t("customMetrics.letters")} note={t("customMetrics.lettersNote")}>
            <LetterFields draft={draft} onChange={setDraft} metrics={metrics.filter((one) => one.key !== metricKey)} insists={insists} />
          </Card>
          <Card title={t("customMetrics.formula")}>
            <FormulaFields draft={draft} onChange={setDraft} lacks={lacks} />
          </Card>
          {versions}
        </div>
        <div className={builderStyles.side}>
          <TrialPanel draft={draft} metricKey={metricKey} whole={lacks.trial.length === 0} />
        </div>
      </div>
      {leaving.dialog}
    </Page>
  );
}

interface ArchiveButtonProps {
  readonly metricKey: string;
  readonly draft: Draft;
  readonly onGone: () => void;
}

/** Takes the metric out of use; saving it again brings it back, and that is what undo does. */
function ArchiveButton({ metricKey, draft, onGone }: ArchiveButtonProps): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const path = usePath();
  const navigate = useNavigate();
  const { mutateAsync: archive, isPending } = useArchiveMetric();
  const { mutateAsync: save } = useSaveMetric();
  const toastKey = `archived ${metricKey}`;
  const undo = (): void => {
    message.destroy(toastKey);
    void save({ key: metricKey, spec: specFrom(draft), base: 0 }).then(() => void message.success(t("customMetrics.back")), failed);
  };
  const remove = async (): Promise<void> => {
    try {
      await archive(metricKey);
    } catch (error) {
      failed(error);
      return;
    }
    onGone();
    void navigate(path("custom-metrics"));
    void message.success({
      key: toastKey,
      duration: 8,
      content: (
        <>
          {t("customMetrics.archived")}{" "}
          <Button size="small" type="link" onClick={undo}>
            {t("actions.undo")}
          </Button>
        </>
      ),
    });
  };
  return (
    <Button icon={<Archive size={14} aria-hidden />} loading={isPending} onClick={() => void remove()}>
      {t("customMetrics.archive")}
    </Button>
  );
}
