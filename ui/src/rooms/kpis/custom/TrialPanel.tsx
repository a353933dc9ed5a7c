// What would the metric say? Its last thirty days, asked a moment after the last change; nothing is saved by asking.
import { useQuery } from "@tanstack/react-query";
import { Spin } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { Card } from "@/parts/Page";
import { Technical } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useErrorWords } from "@/parts/useErrorWords";
import builderStyles from "@/rooms/segments/builder/Builder.module.css";
import { useWorkspace } from "@/shell/workspace";
import { formatFigure } from "../figures";
import { stretchName } from "../frame";
import { ChangeMark, useMeasure, Why } from "../marks";
import type { Answer } from "../queries";
import { Spark } from "../Spark";
import { specFrom, type Draft } from "./draft";
import { trialQuery } from "./queries";

interface TrialPanelProps {
  readonly draft: Draft;
  readonly metricKey: string | null;
  readonly whole: boolean;
}

export function TrialPanel({ draft, metricKey, whole }: TrialPanelProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  // What it is called changes nothing of what it says.
  const spec = { ...specFrom(draft), name: "-", description: "" };
  const text = whole ? JSON.stringify({ spec, ...(metricKey ? { key: metricKey } : {}), last_days: 30 }) : "";
  const settled = useDelayed(text, 500);
  const asked = text !== "" && settled === text;
  const query = useQuery({ ...trialQuery(slug, settled), enabled: asked });
  const busy = text !== "" && (!asked || query.isPending || query.isPlaceholderData);
  return (
    <Card
      title={t("customMetrics.trial.title")}
      note={t("customMetrics.trial.note")}
      actions={busy ? <Spin size="small" aria-label={t("customMetrics.trial.asking")} /> : null}
    >
      {text === "" ? <p className="soft">{t("customMetrics.trial.incomplete")}</p> : null}
      {asked && query.isError ? <Failed error={query.error} /> : null}
      {text !== "" && query.data && !query.isError ? (
        <div className={busy ? builderStyles.stale : undefined} aria-busy={busy} role="status">
          <Found answer={query.data} />
        </div>
      ) : null}
    </Card>
  );
}

function Failed({ error }: { error: unknown }): ReactNode {
  const known = asApiError(error);
  const { text } = useErrorWords(known);
  return (
    <div role="alert">
      {text}
      <Technical error={known} />
    </div>
  );
}

function Found({ answer }: { answer: Answer }): ReactNode {
  const { t } = useTranslation();
  const measure = useMeasure(answer.unit);
  const { value, reason } = answer.value;
  return (
    <>
      <p className="faint">{stretchName(answer.first_day, answer.last_day, measure.tag)}</p>
      {value === null ? (
        <p className="soft">{reason ? <Why reason={reason} metric={{ key: answer.metric, custom: false }} /> : "–"}</p>
      ) : (
        <div className={builderStyles.total}>
          <strong className="tabular" data-testid="formula-value">
            {formatFigure(value, measure)}
          </strong>{" "}
          <ChangeMark answer={answer} before={answer.previous} />
        </div>
      )}
      <Spark points={answer.points} label={t("customMetrics.trial.spark")} />
    </>
  );
}
