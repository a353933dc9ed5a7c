// What did the experiment show, and may it be believed? The verdict first, then every metric, then how it came about.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Facts, type Fact } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Arms } from "./Arms";
import { Closer } from "./Closer";
import { MetricTable } from "./MetricTable";
import { resultsQuery, trialQuery, type Trial, type TrialResults } from "./queries";
import styles from "./Trials.module.css";
import { TrialStatePill } from "./TrialsPage";
import { Turns } from "./Turns";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(trialQuery(slug, key));
  return <Ready query={query}>{(trial) => <Shown trial={trial} />}</Ready>;
}

function Shown({ trial }: { trial: Trial }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("experiments:write");
  return (
    <Page
      title={trial.name}
      lead={trial.spec.hypothesis}
      crumb={<Link to={path("experiments")}>{t("trials.title")}</Link>}
      actions={
        may ? (
          <>
            {trial.state === "draft" || trial.state === "running" ? (
              <Link to={path("experiments", trial.key, "edit")}>
                <Button>{t("trials.edit")}</Button>
              </Link>
            ) : null}
            <Turns trial={trial} />
          </>
        ) : null
      }
    >
      <Stack>
        {trial.started_at ? (
          <Results trial={trial} />
        ) : (
          <Alert type="info" showIcon title={t("trials.notStarted")} description={t("trials.notStartedText")} />
        )}
        <Design trial={trial} />
      </Stack>
    </Page>
  );
}

function Results({ trial }: { trial: Trial }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(resultsQuery(slug, trial.key));
  return (
    <Ready query={query} rows={10}>
      {(results) => (
        <Stack>
          <Verdict trial={trial} results={results} />
          <Arms trial={trial} results={results} />
          {results.verdict.code === "nobody" ? null : (
            <>
              <MetricTable trial={trial} results={results} />
              <Closer trial={trial} results={results} />
            </>
          )}
        </Stack>
      )}
    </Ready>
  );
}

const TONES: Record<string, Tone> = { better: "good", worse: "bad", guardrail: "warn", mismatch: "bad" };

function Verdict({ trial, results }: { trial: Trial; results: TrialResults }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const { verdict, warnings } = results;
  const names = new Map(trial.spec.arms.map(({ key, name }) => [key, name]));
  return (
    <Card>
      <div className={styles.verdict} data-testid="verdict">
        <Pill tone={TONES[verdict.code] ?? "plain"}>{t(`trials.verdicts.${verdict.code}`)}</Pill>
        <strong>{language === "zh" ? verdict.zh : verdict.en}</strong>
      </div>
      <p className="faint">
        {t("trials.ranFor", { days: Math.floor(results.days), planned: results.planned_days })} · <Time at={results.until} exact />
      </p>
      {trial.decision ? (
        <p>
          {t(trial.decision.arm ? "trials.decidedFor" : "trials.decidedNone", { arm: names.get(trial.decision.arm ?? "") ?? "" })}{" "}
          {trial.decision.why} · {trial.decision.by} · <Time at={trial.decision.at ?? null} />
        </p>
      ) : null}
      {warnings.length > 0 ? (
        <div className={styles.warnings}>
          {warnings.map((one) => (
            <Alert
              key={`${one.code}-${one.arm}-${one.at ?? ""}`}
              type="warning"
              showIcon
              title={t(`trials.warnings.${one.code}`, { count: one.count, arm: names.get(one.arm) ?? "" })}
            />
          ))}
        </div>
      ) : null}
    </Card>
  );
}

function Design({ trial }: { trial: Trial }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { spec } = trial;
  const facts: Fact[] = [
    [t("trials.state"), <TrialStatePill key="state" state={trial.state} />],
    [
      t("trials.key"),
      <span key="key" className="mono">
        {spec.exposure.experiment_id || trial.key}
      </span>,
    ],
    [t("trials.source"), t(`trials.sources.${spec.source}`)],
    ...(spec.tag === ""
      ? []
      : [
          [
            t("trials.tag.label"),
            <Link key="tag" to={path("tags", spec.tag)}>
              {spec.tag}
            </Link>,
          ] satisfies Fact,
        ]),
    [t("trials.method"), t(`trials.methods.${spec.method}`)],
    [t("trials.arms"), spec.arms.map(({ key, name, weight }) => `${name} (${key}) ${weight}%`).join(" · ")],
    [t("trials.metrics"), spec.metrics.map(({ name, role }) => `${name} (${t(`trials.roles.${role}`)})`).join(" · ")],
    [t("trials.plannedDays"), String(spec.planned_days)],
    [t("trials.beforeDays"), String(spec.before_days)],
  ];
  return (
    <Card title={t("trials.design")} note={t("trials.designNote")}>
      <Facts items={facts} />
    </Card>
  );
}
