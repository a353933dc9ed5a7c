// How long do people stay, what goes with leaving, and from which day of silence on does it pay to act? The value at risk comes first.
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { HeartPulse, RefreshCw, Settings2, Tags } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { formatDay, formatMoney, formatNumber } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Loading, Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "../Models.module.css";
import { isLive } from "../queries";
import { RunLine } from "../Runs";
import { useShare, useWhyFailed } from "../words";
import { survivalQuery, useWorkOutStaying, type Survival, type SurvivalResult } from "./queries";
import { SettingsDialog } from "./SettingsDialog";
import { Effects, Groups } from "./Tables";

const FigureChart = lazy(() => import("../FigureChart"));

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(survivalQuery(slug));
  const may = useMay("models:write");
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useWorkOutStaying();
  const [open, setOpen] = useState(false);
  const busy = query.data?.run ? isLive(query.data.run) : false;
  const again = (): void => mutate(undefined, { onSuccess: () => void message.success(t("lifetime.started")), onError: failed });
  return (
    <Page
      title={t("survival.title")}
      lead={t("survival.lead")}
      actions={
        <>
          {query.data?.result ? (
            <Link to={path("tags", "value_at_risk")}>
              <Button icon={<Tags size={14} aria-hidden />}>{t("survival.tag")}</Button>
            </Link>
          ) : null}
          {may && query.data ? (
            <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
              {t("survival.settings")}
            </Button>
          ) : null}
          {may ? (
            <Button type="primary" icon={<RefreshCw size={14} aria-hidden />} loading={isPending} disabled={busy} onClick={again}>
              {t("lifetime.again")}
            </Button>
          ) : null}
        </>
      }
    >
      <Ready query={query}>{(found) => <Shown found={found} />}</Ready>
      {query.data && open ? <SettingsDialog settings={query.data.settings} onClose={() => setOpen(false)} /> : null}
    </Page>
  );
}

function Shown({ found }: { found: Survival }): ReactNode {
  const { t } = useTranslation();
  const why = useWhyFailed();
  const { result, run } = found;
  return (
    <Stack>
      {run && isLive(run) ? (
        <Card>
          <RunLine run={run} />
        </Card>
      ) : null}
      {run?.state === "failed" ? (
        <Card title={t("lifetime.stopped")}>
          <span role="alert">{why(run)}</span>
        </Card>
      ) : null}
      {result ? (
        <>
          <Figures result={result} />
          <div className={styles.two}>
            <Curve result={result} />
            <Moment result={result} />
          </div>
          <Groups result={result} />
          <Effects result={result} />
        </>
      ) : (
        <Card>
          <Notice icon={HeartPulse} title={t("survival.none.title")} text={t("survival.none.text")} />
        </Card>
      )}
    </Stack>
  );
}

function Figures({ result }: { result: SurvivalResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const number = (value: number): string => formatNumber(Math.round(value), tag);
  const { acting, at_risk: risk } = result;
  return (
    <Card>
      <Stats>
        <Stat
          name={t("survival.atRisk")}
          value={<span className="tabular">{formatMoney(risk.value, result.currency, tag, true)}</span>}
          note={t("survival.atRiskNote", { share: share(risk.whole > 0 ? risk.value / risk.whole : 0, 0), people: number(risk.people) })}
        />
        <Stat
          name={t("survival.act")}
          value={<span className="tabular">{acting.day === null ? "–" : t("needs.days", { days: number(acting.day) })}</span>}
          note={t(acting.day === null ? "survival.actNever" : "survival.actNote")}
        />
        <Stat
          name={t("survival.median")}
          value={
            <span className="tabular">{result.median_days === null ? "–" : t("needs.days", { days: number(result.median_days) })}</span>
          }
          note={result.median_days === null ? t("survival.medianNone") : null}
        />
        <Stat
          name={t("survival.left")}
          value={<span className="tabular">{number(result.left)}</span>}
          note={t("survival.leftNote", { people: number(result.people), days: result.silent_days })}
        />
      </Stats>
      <p className="soft" style={{ margin: "14px 0 0" }}>
        {t("survival.asOf", { day: formatDay(result.as_of, tag) })}
      </p>
    </Card>
  );
}

function Curve({ result }: { result: SurvivalResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const line = (of: "share" | "low" | "high") => [[0, 1] as const, ...result.curve.map((point) => [point.day, point[of]] as const)];
  return (
    <Card title={t("survival.curve")} note={t("survival.curveNote")}>
      <Suspense fallback={<Loading />}>
        <FigureChart
          caption={t("survival.curve")}
          xName={t("survival.days")}
          writeX={(value) => formatNumber(value, tag)}
          writeY={(value) => share(value, 0)}
          lines={[
            { name: t("survival.stillThere"), colour: "chart-1", points: line("share") },
            { name: t("survival.low"), colour: "ink-faint", dashed: true, points: line("low") },
            { name: t("survival.high"), colour: "chart-2", dashed: true, points: line("high") },
          ]}
        />
      </Suspense>
    </Card>
  );
}

function Moment({ result }: { result: SurvivalResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const { curve } = result.acting;
  return (
    <Card title={t("survival.returning")} note={t("survival.returningNote")}>
      <Suspense fallback={<Loading />}>
        <FigureChart
          caption={t("survival.returning")}
          xName={t("survival.silence")}
          writeX={(value) => formatNumber(value, tag)}
          writeY={(value) => share(value, 0)}
          lines={[
            { name: t("survival.comesBack"), colour: "chart-1", points: curve.map((point) => [point.day, point.returning] as const) },
          ]}
        />
      </Suspense>
    </Card>
  );
}
