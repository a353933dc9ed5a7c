// What would the rule have said of the last day, week or month that is complete? Nothing is saved or sent by asking.
import { useQuery } from "@tanstack/react-query";
import { Spin } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Technical } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useErrorWords } from "@/parts/useErrorWords";
import { useWorkspace } from "@/shell/workspace";
import type { Measured } from "../figures";
import { bucketName } from "../frame";
import { useMeasure } from "../marks";
import styles from "./Alerts.module.css";
import { trialQuery, type AlertSpec, type Trial } from "./queries";
import { readTold } from "./told";
import { ToldView } from "./ToldView";
import { isNote } from "./words";

/** spec: null while something is missing. */
export function TrialPanel({ spec, measured }: { spec: AlertSpec | null; measured: Measured }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const text = spec ? JSON.stringify(spec) : "";
  const settled = useDelayed(text, 500);
  const asked = text !== "" && settled === text;
  const query = useQuery({ ...trialQuery(slug, settled), enabled: asked });
  const busy = text !== "" && (!asked || query.isPending || query.isPlaceholderData);
  return (
    <Card
      title={t("alerts.trial.title")}
      note={t("alerts.trial.note")}
      actions={busy ? <Spin size="small" aria-label={t("alerts.trial.asking")} /> : null}
    >
      {text === "" ? <p className="soft">{t("alerts.trial.incomplete")}</p> : null}
      {asked && query.isError ? <Failed error={query.error} /> : null}
      {text !== "" && query.data && !query.isError ? (
        <div className={busy ? styles.stale : undefined} aria-busy={busy} role="status" data-testid="alert-trial">
          <Found trial={query.data} unit={spec?.unit ?? "day"} measured={measured} />
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

function Found({ trial, unit, measured }: { trial: Trial; unit: "day" | "week" | "month"; measured: Measured }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useMeasure(measured);
  return (
    <>
      <p className={styles.verdict}>
        <Pill tone={trial.fired ? "bad" : isNote(trial.note) ? "warn" : "good"} dot>
          {t(trial.fired ? "alerts.trial.fired" : isNote(trial.note) ? "alerts.trial.unknown" : "alerts.trial.silent")}
        </Pill>{" "}
        {bucketName(trial.bucket, unit, tag)}
      </p>
      {isNote(trial.note) ? <p className="soft">{t(`alerts.notes.${trial.note}`)}</p> : null}
      <ToldView told={readTold(trial)} unit={unit} measured={measured} />
    </>
  );
}
