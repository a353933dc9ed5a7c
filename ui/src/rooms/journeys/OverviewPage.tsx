// How is this business line doing? People, orders, revenue and events of a period; each number opens what is behind it.
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Skeleton } from "antd";
import { Inbox } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";

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
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Behind } from "./behind/Behind";
import { EventTable } from "./EventTable";
import { overviewCellOf, useOverviewLinks, type OverviewLinks } from "./overviewLinks";
import { overviewQuery, overviewSpec } from "./queries";
import { SaveNew } from "./reports/actions";
import { savedDays } from "./reports/form/days";
import { WhoPick } from "./reports/form/WhoField";
import { tidy } from "./reports/spec";
import { offerOf, SampleNote, TooLarge, useSample } from "./reports/TooLarge";
import { Truth } from "./Truth";

const SeriesChart = lazy(() => import("@/parts/SeriesChart"));
const MEASURES = ["actives", "orders", "revenue"] as const;
type Measure = (typeof MEASURES)[number];

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [period, setPeriod] = usePeriod();
  const [segment, setSegment] = useParam("segment");
  const [sample, setSample] = useSample();
  const query = useQuery(overviewQuery(slug, period, segment, sample));
  const offer = query.data ? null : offerOf(query.error);
  const path = usePath();
  const navigate = useNavigate();
  const may = useMay("segments:read");
  const actions = (
    <>
      {may ? <WhoPick value={segment} onChange={setSegment} /> : null}
      <PeriodPicker period={period} onChange={setPeriod} />
      <SaveNew
        kind="overview"
        spec={tidy({ ...overviewSpec({ first: null, last: null }, segment, sample), ...savedDays(period) })}
        onSaved={(saved) => void navigate(path("reports", saved.key))}
      />
    </>
  );
  return (
    <Page title={t("overview.title")} lead={t("overview.lead")} actions={actions}>
      {offer === null ? (
        <Ready query={query} rows={8}>
          {(answer) => <Answer answer={answer} period={period} segment={segment} busy={query.isPlaceholderData} />}
        </Ready>
      ) : (
        <TooLarge error={query.error} percent={offer} onSample={() => setSample(offer)} retry={() => void query.refetch()} />
      )}
    </Page>
  );
}

interface AnswerProps {
  readonly answer: ReportAnswer<Overview>;
  readonly period: Period;
  readonly segment: string;
  readonly busy: boolean;
}

function Answer({ answer, period, segment, busy }: AnswerProps): ReactNode {
  const { data } = answer;
  const [sample, setSample] = useSample();
  const links = useOverviewLinks(period, segment !== "" || sample !== null);
  const events = Object.values(data.events).reduce((sum, count) => sum + count, 0);
  if (events === 0 && data.people === 0) return <Nothing allTime={period.preset === "all"} />;
  return (
    <div aria-busy={busy} style={{ opacity: busy ? 0.6 : 1 }}>
      <Stack>
        {sample === null ? null : <SampleNote percent={sample} onAll={() => setSample(null)} />}
        <Numbers data={data} events={events} links={links} />
        <Chart data={data} />
        <EventTable events={data.events} people={data.event_people} links={links} />
        <Truth answer={answer} period={period} />
      </Stack>
      <Opened period={period} segment={segment} />
    </div>
  );
}

/** The people of a number of a segment. */
function Opened({ period, segment }: { period: Period; segment: string }): ReactNode {
  const { t } = useTranslation();
  const [word, setWord] = useParam("behind");
  const [sample] = useSample();
  const cell = segment === "" && sample === null ? null : overviewCellOf(word);
  const name = cell?.event ?? t(cell?.who === "new" ? "overview.newPeople" : "overview.people");
  const spec = overviewSpec(period, segment, sample);
  return (
    <Behind
      asked={cell ? { report: "overview", spec, cell: { ...cell } } : null}
      title={name}
      suggestion={`${t("overview.title")}: ${name}`.slice(0, 200)}
      onClose={() => setWord("")}
    />
  );
}

const ORDER = "Order Completed";

function Numbers({ data, events, links }: { data: Overview; events: number; links: OverviewLinks }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const name = t("overview.people");
  const revenue = links.events({ revenue: true });
  const money = <Money minor={data.revenue_minor} currency={data.currency} />;
  return (
    <Stats>
      <Stat
        name={name}
        value={<Num value={data.people} to={links.people()} label={name} />}
        note={
          <Link to={links.people({ who: "identified" })}>
            {t("overview.identified", { count: data.identified, shown: formatNumber(data.identified, tag) })}
          </Link>
        }
      />
      <Stat
        name={t("overview.newPeople")}
        value={<Num value={data.new_people} to={links.people({ who: "new" })} label={t("overview.newPeople")} />}
      />
      <Stat
        name={t("overview.orders")}
        value={<Num value={data.orders} to={links.events({ event: ORDER })} label={t("overview.orders")} />}
      />
      <Stat name={t("overview.revenue")} value={revenue === undefined ? money : <Link to={revenue}>{money}</Link>} note={data.currency} />
      <Stat name={t("overview.events")} value={<Num value={events} to={links.events()} label={t("overview.events")} />} />
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
  const [params] = useSearchParams();
  const pick = useCallback(
    (day: string) => {
      const next = new URLSearchParams(params);
      next.set("period", `${day}..${day}`);
      next.set("measure", measure);
      void navigate(`?${next.toString()}`);
    },
    [navigate, measure, params],
  );
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
