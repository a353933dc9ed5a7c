// How many ties are strong, who is rising, who is cooling, and did stronger ties bring more? The share of strong ties comes first.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Progress } from "antd";
import { HeartHandshake, RefreshCw, Settings2, Tags } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { Stat, Stats } from "@/parts/Facts";
import { formatDay, formatNumber } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Changes } from "./Changes";
import { Months, Moves } from "./Movement";
import { Pyramid } from "./Pyramid";
import { isBusy, tiesQuery, useScoreTies, type Ties, type TiesResult, type Work } from "./queries";
import { SettingsDialog } from "./SettingsDialog";
import { SignalTable } from "./SignalTable";
import styles from "./Ties.module.css";
import { Validation } from "./Validation";
import { useShare } from "./words";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(tiesQuery(slug));
  const may = useMay("superusers:write");
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useScoreTies();
  const [open, setOpen] = useState(false);
  const busy = isBusy(query.data?.work ?? null);
  const again = (): void => mutate(undefined, { onSuccess: () => void message.success(t("ties.started")), onError: failed });
  return (
    <Page
      title={t("ties.title")}
      lead={t("ties.lead")}
      actions={
        <>
          {query.data?.result ? (
            <Link to={path("tags", "tie_strength")}>
              <Button icon={<Tags size={14} aria-hidden />}>{t("ties.tag")}</Button>
            </Link>
          ) : null}
          {may && query.data ? (
            <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
              {t("ties.settings")}
            </Button>
          ) : null}
          {may ? (
            <Button type="primary" icon={<RefreshCw size={14} aria-hidden />} loading={isPending} disabled={busy} onClick={again}>
              {t("ties.again")}
            </Button>
          ) : null}
        </>
      }
    >
      <Ready query={query}>{(found) => <Shown found={found} />}</Ready>
      {query.data && open ? <SettingsDialog ties={query.data} onClose={() => setOpen(false)} /> : null}
    </Page>
  );
}

function Shown({ found }: { found: Ties }): ReactNode {
  const { t } = useTranslation();
  const may = useMay("people:read");
  const { result, work } = found;
  return (
    <Stack>
      {work && work.state !== "idle" ? <WorkLine work={work} /> : null}
      {result ? (
        <>
          <Figures result={result} />
          <div className={styles.two}>
            <Pyramid result={result} />
            <Moves result={result} />
          </div>
          {may ? (
            <div className={styles.two}>
              <Changes listed="rising" at={found.result_at} points={found.settings.change_points ?? 10} />
              <Changes listed="cooling" at={found.result_at} points={found.settings.change_points ?? 10} />
            </div>
          ) : null}
          <Validation result={result} />
          <div className={styles.two}>
            <Months result={result} />
            <SignalTable result={result} />
          </div>
        </>
      ) : (
        <Card>
          <Notice icon={HeartHandshake} title={t("ties.none.title")} text={t("ties.none.text")} />
        </Card>
      )}
    </Stack>
  );
}

function WorkLine({ work }: { work: Work }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  if (work.state === "failed") {
    const code = typeof work.error?.code === "string" ? work.error.code : "";
    return (
      <Card title={t("ties.stopped")}>
        <span role="alert">{words(`errors.${code}`) ?? t("errors.server")}</span>
      </Card>
    );
  }
  return (
    <Card>
      <Progress percent={Math.round(work.progress * 100)} size="small" aria-label={t("ties.progress")} />
      <span className="soft">{words(`ties.steps.${work.step}`) ?? ""}</span>
    </Card>
  );
}

function Figures({ result }: { result: TiesResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const { levels, people, scale, levels_before: before } = result;
  const strong = people > 0 ? levels.strong / people : 0;
  const total = before.strong + before.medium + before.weak;
  const was = total > 0 ? before.strong / total : null;
  const place = strong < 0.01 ? "below" : strong > 0.03 ? "above" : "inside";
  return (
    <Card>
      <Stats>
        <Stat
          name={t("ties.strongShare")}
          value={<span className="tabular">{share(strong, 1)}</span>}
          note={t(`ties.rule.${place}`, { was: was === null ? "–" : share(was, 1) })}
        />
        <Stat
          name={t("ties.strong")}
          value={<span className="tabular">{formatNumber(levels.strong, tag)}</span>}
          note={t("ties.ofPeople", { people: formatNumber(people, tag) })}
        />
        <Stat
          name={t("ties.cooled")}
          value={<span className="tabular">{formatNumber(result.episodes, tag)}</span>}
          note={t("ties.cooledNote")}
        />
        <Stat
          name={t("ties.from")}
          value={<span className="tabular">{formatNumber(scale.strong_at, tag)}</span>}
          note={t("ties.fromNote", { medium: formatNumber(scale.medium_at, tag), day: formatDay(scale.as_of, tag) })}
        />
      </Stats>
      <p className="soft" style={{ margin: "14px 0 0" }}>
        {t("ties.asOf", { day: formatDay(result.as_of, tag), days: result.window_days })}
      </p>
    </Card>
  );
}
