// What came of a try on history: who came in, what would have been sent, what stood in the way?
import { Alert, Segmented, Table, type TableColumnsType } from "antd";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { Card, Stack } from "@/parts/Page";
import { Loading } from "@/parts/states";
import { Day, Num, Time } from "@/parts/values";
import { useReason } from "@/rooms/outreach/words";
import { useChannelName } from "@/rooms/outreach/useChannelName";
import { usePath } from "@/shell/workspace";
import { Canvas, ENTRY } from "./Canvas";
import { NodeTable } from "./NodeTable";
import type { Flow, Simulation } from "./queries";
import { useWaysOf } from "./words";

const SeriesChart = lazy(() => import("@/parts/SeriesChart"));

export function Found({ graph, found }: { graph: Flow["graph"]; found: Simulation }): ReactNode {
  const { t } = useTranslation();
  const waysOf = useWaysOf(graph);
  const { entries, nodes } = found.report;
  const counts = useMemo(() => new Map(nodes.map((each) => [each.node, each])), [nodes]);
  const [picked, setPicked] = useState<string | null>(null);
  const came = entries.entered ?? 0;
  return (
    <Stack>
      <Caveats found={found} />
      <Stats>
        <Stat name={t("flows.entered")} value={<Num value={came} />} note={t("flows.enteredNote", { n: entries.arrived ?? 0 })} />
        <Stat name={t("flows.held")} value={<Num value={entries.holdout ?? 0} />} />
        <Stat name={t("simulation.sent")} value={<Num value={found.sent} />} note={t("simulation.ofAsked", { n: found.asked })} />
        <Stat name={t("simulation.inside")} value={<Num value={found.waiting} />} />
        {found.anyway === null ? null : (
          <Stat name={t("simulation.anyway")} value={<Num value={found.anyway} />} note={t("simulation.anywayNote")} />
        )}
      </Stats>
      <ByDay found={found} />
      <Card title={t("simulation.map")} note={t("simulation.mapNote")}>
        <Canvas
          graph={graph}
          waysOf={waysOf}
          wrong={NOTHING}
          picked={picked}
          onPick={(id) => setPicked(id === ENTRY ? null : id)}
          counts={counts}
        />
      </Card>
      <Lost found={found} />
      <Meetings found={found} />
      <Card title={t("flows.byNode")} flush>
        <NodeTable graph={graph} report={found.report} onPick={setPicked} />
      </Card>
      <Examples people={found.people} />
    </Stack>
  );
}

const NOTHING: ReadonlySet<string> = new Set();

/** What the numbers rest on, said before them. */
function Caveats({ found }: { found: Simulation }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <p className="faint">
        {found.days.length > 0 ? (
          <>
            <Day day={found.days[0]?.day ?? ""} /> – <Day day={found.days.at(-1)?.day ?? ""} /> ·{" "}
          </>
        ) : null}
        {t("simulation.step", { count: found.step_minutes })} · {t("simulation.today")}
      </p>
      {found.known_since ? (
        <Alert
          type="info"
          showIcon
          title={
            <>
              {t("simulation.since")} <Time at={found.known_since} />
            </>
          }
        />
      ) : null}
      {found.present > 0 ? <Alert type="warning" showIcon title={t("simulation.present", { count: found.present })} /> : null}
    </>
  );
}

function ByDay({ found }: { found: Simulation }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const channelName = useChannelName();
  const [shown, setShown] = useState<"messages" | "entered">("messages");
  const points = useMemo(
    () =>
      found.days.map((each) => ({
        day: each.day,
        value: shown === "entered" ? each.entered : Object.values(each.messages).reduce((sum, count) => sum + count, 0),
      })),
    [found.days, shown],
  );
  const channels = new Map<string, number>();
  for (const each of found.days)
    for (const [channel, count] of Object.entries(each.messages)) channels.set(channel, (channels.get(channel) ?? 0) + count);
  const options = (["messages", "entered"] as const).map((value) => ({ value, label: t(`simulation.byDay.${value}`) }));
  return (
    <Card
      title={t("simulation.byDay.title")}
      note={[...channels].map(([channel, count]) => `${channelName(channel)} ${count.toLocaleString(tag)}`).join(" · ")}
    >
      <Segmented
        size="small"
        value={shown}
        onChange={setShown}
        options={options}
        aria-label={t("simulation.byDay.title")}
        style={{ marginBottom: 8 }}
      />
      <Suspense fallback={<Loading rows={4} />}>
        <SeriesChart name={t(`simulation.byDay.${shown}`)} points={points} write={(value) => value.toLocaleString(tag)} />
      </Suspense>
    </Card>
  );
}

function Lost({ found }: { found: Simulation }): ReactNode {
  const { t } = useTranslation();
  const reason = useReason();
  const columns: TableColumnsType<Simulation["lost"][number]> = [
    { title: t("simulation.lost.why"), key: "reason", render: (_, each) => reason(each.reason) },
    { title: t("simulation.lost.what"), key: "verdict", render: (_, each) => t(`messages.verdicts.${each.verdict as "hold"}`) },
    { title: t("flows.messages"), key: "messages", width: 110, align: "right", render: (_, each) => <Num value={each.messages} /> },
  ];
  return (
    <Card title={t("simulation.lost.title")} note={t("simulation.lost.note")} flush>
      <Table
        rowKey={(each) => `${each.verdict} ${each.reason}`}
        size="small"
        columns={columns}
        dataSource={[...found.lost]}
        pagination={false}
        locale={{ emptyText: t("simulation.lost.none") }}
      />
    </Card>
  );
}

function Meetings({ found }: { found: Simulation }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (found.meetings.length === 0) return null;
  const columns: TableColumnsType<Simulation["meetings"][number]> = [
    {
      title: t("simulation.meetings.flow"),
      key: "flow",
      render: (_, each) => <Link to={path("flows", each.flow)}>{each.name}</Link>,
    },
    {
      title: t("simulation.meetings.people"),
      key: "people",
      width: 110,
      align: "right",
      render: (_, each) => <Num value={each.people} />,
    },
  ];
  return (
    <Card title={t("simulation.meetings.title")} note={t("simulation.meetings.note")} flush>
      <Table rowKey="flow" size="small" columns={columns} dataSource={[...found.meetings]} pagination={false} />
    </Card>
  );
}

function Examples({ people }: { people: readonly number[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (people.length === 0) return null;
  return (
    <Card title={t("simulation.examples")}>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
        {people.map((person) => (
          <Link key={person} to={path("people", person)}>
            {t("flows.person", { id: person })}
          </Link>
        ))}
      </div>
    </Card>
  );
}
