// What will people need next, and when? How many needs are to come, on which days, of which kinds, and how right that was so far.
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { CalendarClock, RefreshCw, Settings2, Workflow } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { formatDay, formatNumber } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Loading, Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { isLive } from "../queries";
import { RunLine } from "../Runs";
import { useFigure, useShare, useWhyFailed } from "../words";
import { Kinds } from "./Kinds";
import { needsQuery, useForetell, type NeedsResult, type NextNeed } from "./queries";
import { SettingsDialog } from "./SettingsDialog";

const SeriesChart = lazy(() => import("@/parts/SeriesChart"));

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(needsQuery(slug));
  const may = useMay("models:write");
  const mayFlow = useMay("flows:write");
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useForetell();
  const [open, setOpen] = useState(false);
  const busy = query.data?.run ? isLive(query.data.run) : false;
  const again = (): void => mutate(undefined, { onSuccess: () => void message.success(t("needs.started")), onError: failed });
  return (
    <Page
      title={t("needs.title")}
      lead={t("needs.lead")}
      actions={
        <>
          {mayFlow ? (
            <Link to={path("flows", "new-flow")}>
              <Button icon={<Workflow size={14} aria-hidden />}>{t("needs.flow")}</Button>
            </Link>
          ) : null}
          {may && query.data ? (
            <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
              {t("needs.settings")}
            </Button>
          ) : null}
          {may ? (
            <Button type="primary" icon={<RefreshCw size={14} aria-hidden />} loading={isPending} disabled={busy} onClick={again}>
              {t("needs.again")}
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

function Shown({ found }: { found: NextNeed }): ReactNode {
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
        <Card title={t("needs.stopped")}>
          <span role="alert">{why(run)}</span>
        </Card>
      ) : null}
      {result ? (
        <>
          <Figures result={result} />
          <Calendar result={result} />
          <Kinds result={result} />
        </>
      ) : (
        <Card>
          <Notice icon={CalendarClock} title={t("needs.none.title")} text={t("needs.none.text")} />
        </Card>
      )}
    </Stack>
  );
}

function Figures({ result }: { result: NeedsResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const figure = useFigure();
  const { judged } = result;
  const things = result.kinds.filter((one) => !one.kind.startsWith("$"));
  const week = (things.length > 0 ? things : result.kinds).reduce((sum, one) => sum + one.due_7, 0);
  const number = (value: number): string => formatNumber(Math.round(value), tag);
  const gain = judged.naive_loss > 0 ? 1 - judged.loss / judged.naive_loss : 0;
  return (
    <Card>
      <Stats>
        <Stat
          name={t("needs.week")}
          value={<span className="tabular">{number(week)}</span>}
          note={t("needs.of", { people: number(result.people) })}
        />
        <Stat name={t("needs.told")} value={<span className="tabular">{number(result.told)}</span>} note={t("needs.toldNote")} />
        <Stat name={t("needs.anniversaries")} value={<span className="tabular">{number(result.anniversaries)}</span>} />
        <Stat
          name={t("needs.loss")}
          value={<span className="tabular">{t("needs.days", { days: figure(judged.loss, 1) })}</span>}
          note={t("needs.lossNote", { naive: figure(judged.naive_loss, 1), gain: share(gain, 0) })}
        />
        <Stat
          name={t("needs.coverage")}
          value={<span className="tabular">{share(judged.coverage)}</span>}
          note={t("needs.coverageNote", { pairs: number(judged.pairs), days: judged.days })}
        />
      </Stats>
      <p className="soft" style={{ margin: "14px 0 0" }}>
        {t("needs.asOf", { day: formatDay(result.as_of, tag) })}
      </p>
    </Card>
  );
}

function Calendar({ result }: { result: NeedsResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const points = result.calendar.map((one) => ({ day: one.day, value: one.expected }));
  return (
    <Card title={t("needs.calendar")} note={t("needs.calendarNote")}>
      <Suspense fallback={<Loading />}>
        <SeriesChart name={t("needs.expected")} points={points} write={(value) => formatNumber(Math.round(value), tag)} />
      </Suspense>
    </Card>
  );
}
