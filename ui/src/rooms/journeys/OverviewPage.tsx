// How is this business line doing? People, orders, revenue and events of a period; each number opens what is behind it.
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Skeleton } from "antd";
import { Inbox } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import type { Overview, ReportAnswer } from "@/api/contract";
import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { formatMoney, formatNumber } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { PeriodPicker, usePeriod } from "@/parts/PeriodPicker";
import type { Period } from "@/parts/period";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Money, Num } from "@/parts/values";
import { useBehind } from "@/rooms/profiles/behind";
import { usePath, useWorkspace } from "@/shell/workspace";
import { EventTable } from "./EventTable";
import { overviewQuery } from "./queries";
import { Truth } from "./Truth";

const SeriesChart = lazy(() => import("@/parts/SeriesChart"));
const MEASURES = ["actives", "orders", "revenue"] as const;
type Measure = (typeof MEASURES)[number];

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [period, setPeriod] = usePeriod();
  const query = useQuery(overviewQuery(slug, period));
  return (
    <Page title={t("overview.title")} lead={t("overview.lead")} actions={<PeriodPicker period={period} onChange={setPeriod} />}>
      <Ready query={query} rows={8}>
        {(answer) => <Answer answer={answer} period={period} busy={query.isPlaceholderData} />}
      </Ready>
    </Page>
  );
}

function Answer({ answer, period, busy }: { answer: ReportAnswer<Overview>; period: Period; busy: boolean }): ReactNode {
  const { data } = answer;
  const events = Object.values(data.events).reduce((sum, count) => sum + count, 0);
  if (events === 0 && data.people === 0) return <Nothing allTime={period.preset === "all"} />;
  return (
    <div aria-busy={busy} style={{ opacity: busy ? 0.6 : 1 }}>
      <Stack>
        <Numbers data={data} events={events} period={period} />
        <Chart data={data} />
        <EventTable events={data.events} people={data.event_people} period={period} />
        <Truth answer={answer} period={period} />
      </Stack>
    </div>
  );
}

const ORDER = "Order Completed";

function Numbers({ data, events, period }: { data: Overview; events: number; period: Period }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const behind = useBehind(period);
  const name = t("overview.people");
  return (
    <Stats>
      <Stat
        name={name}
        value={<Num value={data.people} to={behind.people()} label={name} />}
        note={
          <Link to={behind.people({ who: "identified" })}>
            {t("overview.identified", { count: data.identified, shown: formatNumber(data.identified, tag) })}
          </Link>
        }
      />
      <Stat
        name={t("overview.newPeople")}
        value={<Num value={data.new_people} to={behind.people({ who: "new" })} label={t("overview.newPeople")} />}
      />
      <Stat
        name={t("overview.orders")}
        value={<Num value={data.orders} to={behind.events({ event: ORDER })} label={t("overview.orders")} />}
      />
      <Stat
        name={t("overview.revenue")}
        value={
          <Link to={behind.events({ revenue: true })}>
            <Money minor={data.revenue_minor} currency={data.currency} />
          </Link>
        }
        note={data.currency}
      />
      <Stat name={t("overview.events")} value={<Num value={events} to={behind.events()} label={t("overview.events")} />} />
    </Stats>
  );
}

function isMeasure(value: string): value is Measure {
  return (MEASURES as readonly string[]).includes(value);
}

function Chart({ data }: { data: Overview }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const navigate = useNavigate();
  const [chosen, choose] = useParam("measure", "actives");
  const measure: Measure = isMeasure(chosen) ? chosen : "actives";
  const points = useMemo(
    () => data.series.map((row) => ({ day: row.day, value: measure === "revenue" ? row.revenue_minor : row[measure] })),
    [data.series, measure],
  );
  const write = useCallback(
    (value: number) => (measure === "revenue" ? formatMoney(value, data.currency, tag) : formatNumber(value, tag)),
    [measure, data.currency, tag],
  );
  const writeAxis = useCallback((value: number) => formatMoney(value, data.currency, tag, true), [data.currency, tag]);
  const pick = useCallback((day: string) => void navigate(`?period=${day}..${day}&measure=${measure}`), [navigate, measure]);
  const options = MEASURES.map((each) => ({ value: each, label: t(`overview.measures.${each}`) }));
  return (
    <Card
      title={t("overview.overTime")}
      note={t("overview.overTimeNote")}
      actions={<Segmented size="small" options={options} value={measure} onChange={choose} aria-label={t("overview.measure")} />}
    >
      <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: 260 }} />}>
        <SeriesChart
          name={t(`overview.measures.${measure}`)}
          points={points}
          write={write}
          onPick={pick}
          {...(measure === "revenue" ? { writeAxis } : {})}
        />
      </Suspense>
    </Card>
  );
}

function Nothing({ allTime }: { allTime: boolean }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const action = allTime ? (
    <>
      <Link to={path("settings", "keys")}>
        <Button type="primary">{t("overview.empty.keys")}</Button>
      </Link>
      <Link to={path("imports", "new")}>
        <Button>{t("overview.empty.import")}</Button>
      </Link>
    </>
  ) : (
    <Link to="?">
      <Button>{t("overview.empty.allTime")}</Button>
    </Link>
  );
  const words = allTime ? "overview.empty.text" : "overview.empty.periodText";
  return <Notice icon={Inbox} title={t("overview.empty.title")} text={t(words)} action={action} />;
}
