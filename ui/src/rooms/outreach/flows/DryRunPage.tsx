// What would the draft do to live traffic, now? It follows everything that happens; nothing is sent and nothing is done.
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Table, type TableColumnsType } from "antd";
import { FlaskConical } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Num, Time } from "@/parts/values";
import { useReason } from "@/rooms/outreach/words";
import { useChannelName } from "@/rooms/outreach/useChannelName";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Canvas, ENTRY } from "./Canvas";
import { dryRunQuery, useTurnDryRun, type DryRun } from "./dryQueries";
import { NodeTable } from "./NodeTable";
import { flowQuery, type Flow } from "./queries";
import { useWaysOf } from "./words";

const NOTHING: ReadonlySet<string> = new Set();

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const flow = useQuery(flowQuery(slug, key));
  const dry = useQuery(dryRunQuery(slug, key));
  return <Ready query={flow}>{(one) => <Ready query={dry}>{(found) => <Shown flow={one} found={found} />}</Ready>}</Ready>;
}

function Shown({ flow, found }: { flow: Flow; found: DryRun | null }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Page
      title={t("dryRun.title", { name: flow.name })}
      lead={t("dryRun.lead")}
      crumb={
        <>
          <Link to={path("flows")}>{t("flows.title")}</Link>
          {" / "}
          <Link to={path("flows", flow.key)}>{flow.name}</Link>
        </>
      }
      actions={<Turns flow={flow} found={found} />}
    >
      {found ? (
        <Found flow={flow} found={found} />
      ) : (
        <Card>
          <Notice icon={FlaskConical} title={t("dryRun.empty.title")} text={t("dryRun.empty.text")} />
        </Card>
      )}
    </Page>
  );
}

function Turns({ flow, found }: { flow: Flow; found: DryRun | null }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const turn = useTurnDryRun(flow.key);
  const may = useMay("flows:write");
  if (!may) return null;
  if (!found?.going) {
    return (
      <Button
        type="primary"
        loading={turn.isPending}
        onClick={() => turn.mutate({ how: "start", revision: flow.revision }, { onError: failed })}
      >
        {t("dryRun.start")}
      </Button>
    );
  }
  const launch = (): void =>
    void modal.confirm({
      title: t("dryRun.launchTitle"),
      content: t("dryRun.launchText", { people: found.report.entries.entered ?? 0, messages: found.would_send }),
      okText: t("dryRun.launch"),
      onOk: () => turn.mutateAsync({ how: "launch", revision: flow.revision }).then(() => navigate(path("flows", flow.key)), failed),
    });
  return (
    <>
      <Button loading={turn.isPending} onClick={() => turn.mutate({ how: "end", revision: flow.revision }, { onError: failed })}>
        {t("dryRun.end")}
      </Button>
      <Button type="primary" disabled={found.revision !== flow.revision} onClick={launch}>
        {t("dryRun.launch")}
      </Button>
    </>
  );
}

function Found({ flow, found }: { flow: Flow; found: DryRun }): ReactNode {
  const { t } = useTranslation();
  const waysOf = useWaysOf(found.graph);
  const { entries, nodes } = found.report;
  const counts = useMemo(() => new Map(nodes.map((each) => [each.node, each])), [nodes]);
  const [picked, setPicked] = useState<string | null>(null);
  return (
    <Stack>
      <p className="faint">
        {t(found.going ? "dryRun.since" : "dryRun.was")} <Time at={found.started_at} />
        {found.ended_at ? (
          <>
            {" – "}
            <Time at={found.ended_at} />
          </>
        ) : null}
      </p>
      {found.revision === flow.revision ? null : <Alert type="info" showIcon title={t("dryRun.older")} />}
      <Stats>
        <Stat name={t("simulation.sent")} value={<Num value={found.would_send} />} note={t("simulation.ofAsked", { n: found.asked })} />
        <Stat
          name={t("flows.entered")}
          value={<Num value={entries.entered ?? 0} />}
          note={t("flows.enteredNote", { n: entries.arrived ?? 0 })}
        />
        <Stat name={t("flows.held")} value={<Num value={entries.holdout ?? 0} />} />
        <Stat name={t("dryRun.waiting")} value={<Num value={found.waiting} />} />
      </Stats>
      <NotDone effects={found.effects} />
      <Card title={t("simulation.map")} note={t("dryRun.mapNote")}>
        <Canvas
          graph={found.graph}
          waysOf={waysOf}
          wrong={NOTHING}
          picked={picked}
          onPick={(id) => setPicked(id === ENTRY ? null : id)}
          counts={counts}
        />
      </Card>
      <Days found={found} />
      <Lost found={found} />
      <Card title={t("flows.byNode")} flush>
        <NodeTable graph={found.graph} report={found.report} onPick={setPicked} />
      </Card>
      <Latest found={found} />
    </Stack>
  );
}

/** What other steps would have done. */
function NotDone({ effects }: { effects: DryRun["effects"] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const told = Object.entries(effects).map(([kind, count]) => `${t(`dryRun.effects.${kind as "tag"}`)} ${count.toLocaleString(tag)}`);
  return told.length > 0 ? (
    <p>
      {t("dryRun.notDone")} {told.join(" · ")}
    </p>
  ) : null;
}

function Days({ found }: { found: DryRun }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const channelName = useChannelName();
  const columns: TableColumnsType<DryRun["days"][number]> = [
    { title: t("dryRun.day"), key: "day", render: (_, each) => each.day },
    {
      title: t("simulation.sent"),
      key: "messages",
      render: (_, each) =>
        Object.entries(each.messages)
          .map(([channel, count]) => `${channelName(channel)} ${count.toLocaleString(tag)}`)
          .join(" · "),
    },
  ];
  if (found.days.length === 0) return null;
  return (
    <Card title={t("simulation.byDay.title")} flush>
      <Table rowKey="day" size="small" columns={columns} dataSource={[...found.days]} pagination={false} />
    </Card>
  );
}

function Lost({ found }: { found: DryRun }): ReactNode {
  const { t } = useTranslation();
  const reason = useReason();
  const columns: TableColumnsType<DryRun["lost"][number]> = [
    { title: t("simulation.lost.why"), key: "reason", render: (_, each) => reason(each.reason) },
    { title: t("simulation.lost.what"), key: "verdict", render: (_, each) => t(`dryRun.verdicts.${each.verdict as "hold"}`) },
    { title: t("flows.messages"), key: "messages", width: 110, align: "right", render: (_, each) => <Num value={each.messages} /> },
  ];
  if (found.lost.length === 0) return null;
  return (
    <Card title={t("simulation.lost.title")} flush>
      <Table
        rowKey={(each) => `${each.verdict} ${each.reason}`}
        size="small"
        columns={columns}
        dataSource={[...found.lost]}
        pagination={false}
      />
    </Card>
  );
}

function Latest({ found }: { found: DryRun }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const channelName = useChannelName();
  const columns: TableColumnsType<DryRun["latest"][number]> = [
    { title: t("dryRun.when"), key: "at", render: (_, each) => <Time at={each.at} /> },
    {
      title: t("dryRun.who"),
      key: "who",
      render: (_, each) => <Link to={path("people", each.person_id)}>{t("flows.person", { id: each.person_id })}</Link>,
    },
    { title: t("dryRun.what"), key: "what", render: (_, each) => `${channelName(each.channel)} · ${each.template_id}` },
  ];
  if (found.latest.length === 0) return null;
  return (
    <Card title={t("dryRun.latest")} flush>
      <Table
        rowKey={(each) => `${String(each.person_id)} ${each.node} ${each.at}`}
        size="small"
        columns={columns}
        dataSource={[...found.latest]}
        pagination={false}
      />
    </Card>
  );
}
