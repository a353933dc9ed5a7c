// How does the flow do? Where people stand now, which way they went, and what it changed against those held out.
import { useQuery } from "@tanstack/react-query";
import { Button, Dropdown, Modal, Radio } from "antd";
import { Ellipsis, FlaskConical, History, PencilRuler, Workflow } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Num } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Against } from "./Against";
import { Canvas, ENTRY } from "./Canvas";
import { FlowState } from "./FlowsPage";
import { NodeTable } from "./NodeTable";
import {
  flowQuery,
  reportQuery,
  standingQuery,
  useTurnFlow,
  versionsQuery,
  type Flow,
  type Graph,
  type Report,
  type Turn,
} from "./queries";
import { Tests } from "./Tests";
import { useWaysOf } from "./words";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery({ ...flowQuery(slug, key), refetchInterval: 15_000 });
  return <Ready query={query}>{(flow) => <Shown key={flow.key} flow={flow} />}</Ready>;
}

function Shown({ flow }: { flow: Flow }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const may = useMay("flows:write");
  const report = useQuery({ ...reportQuery(slug, flow.key), enabled: flow.version > 0 });
  const versions = useQuery({ ...versionsQuery(slug, flow.key), enabled: flow.version > 0 });
  const graph = versions.data?.items.find((each) => each.version === flow.version)?.graph;
  return (
    <Page
      title={flow.name}
      lead={flow.description}
      crumb={<Link to={path("flows")}>{t("flows.title")}</Link>}
      actions={
        <>
          <FlowState state={flow.state} />
          <Link to={path("flows", flow.key, "simulate")}>
            <Button icon={<History size={15} aria-hidden />}>{t("simulation.open")}</Button>
          </Link>
          <Link to={path("flows", flow.key, "dry-run")}>
            <Button icon={<FlaskConical size={15} aria-hidden />}>{t("dryRun.open")}</Button>
          </Link>
          {may ? (
            <Link to={path("flows", flow.key, "edit")}>
              <Button icon={<PencilRuler size={15} aria-hidden />}>{t("flows.edit")}</Button>
            </Link>
          ) : null}
          {may ? <Turns flow={flow} /> : null}
        </>
      }
    >
      {flow.version === 0 ? (
        <Card>
          <Notice icon={Workflow} title={t("flows.unpublished.title")} text={t("flows.unpublished.text")} />
        </Card>
      ) : (
        <Ready query={report}>{(found) => (graph ? <Running flow={flow} graph={graph} report={found} /> : null)}</Ready>
      )}
    </Page>
  );
}

function Running({ flow, graph, report }: { flow: Flow; graph: Graph; report: Report }): ReactNode {
  const { t } = useTranslation();
  const [picked, setPicked] = useState<string | null>(null);
  const counts = useMemo(() => new Map(report.nodes.map((each) => [each.node, each])), [report]);
  const waysOf = useWaysOf(graph);
  const standing = report.nodes.reduce((sum, each) => sum + each.standing, 0);
  return (
    <Stack>
      <Stats>
        <Stat name={t("flows.inside")} value={<Num value={standing} />} />
        <Stat
          name={t("flows.entered")}
          value={<Num value={report.entries.entered} />}
          note={t("flows.enteredNote", { n: report.entries.arrived })}
        />
        <Stat name={t("flows.held")} value={<Num value={report.entries.holdout} />} />
        <Stat
          name={t("flows.notIn")}
          value={<Num value={(report.entries.not_eligible ?? 0) + (report.entries.again ?? 0) + (report.entries.inside ?? 0)} />}
          note={t("flows.notInNote")}
        />
      </Stats>
      {flow.draining ? <Card>{t("flows.draining")}</Card> : null}
      <Against against={report.against} />
      <Tests graph={graph} tests={report.tests} />
      <Canvas
        graph={graph}
        waysOf={waysOf}
        wrong={NOTHING}
        picked={picked}
        onPick={(id) => setPicked(id === ENTRY ? null : id)}
        counts={counts}
      />
      {picked && counts.has(picked) ? <Standing flow={flow.key} node={picked} /> : null}
      <Card title={t("flows.byNode")} flush>
        <NodeTable graph={graph} report={report} onPick={setPicked} />
      </Card>
    </Stack>
  );
}

const NOTHING: ReadonlySet<string> = new Set();

function Standing({ flow, node }: { flow: string; node: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const may = useMay("people:read");
  const query = useQuery({ ...standingQuery(slug, flow, node), enabled: may });
  if (!may) return null;
  return (
    <Card title={t("flows.peopleHere")}>
      <Ready query={query} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <span className="faint">{t("flows.nobodyHere")}</span>
          ) : (
            <div style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
              {items.map((each) => (
                <Link key={`${each.person_id} ${each.entry_no}`} to={path("people", each.person_id)}>
                  {t("flows.person", { id: each.person_id })}
                </Link>
              ))}
            </div>
          )
        }
      </Ready>
    </Card>
  );
}

function Turns({ flow }: { flow: Flow }): ReactNode {
  const { t } = useTranslation();
  const failed = useFailed();
  const { mutate, isPending } = useTurnFlow(flow.key);
  const [asking, setAsking] = useState<"resume" | "stop" | "archive" | null>(null);
  const can: readonly ("pause" | "resume" | "stop" | "archive")[] = {
    draft: ["archive" as const],
    live: ["pause" as const, "stop" as const, "archive" as const],
    paused: ["resume" as const, "stop" as const, "archive" as const],
    stopped: ["resume" as const, "archive" as const],
    archived: [],
  }[flow.state];
  if (can.length === 0) return null;
  const turn = (what: Turn): void => mutate(what, { onError: failed, onSettled: () => setAsking(null) });
  const items = can.map((each) => ({ key: each, label: t(`flows.turns.${each}`), danger: each === "archive" }));
  const pick = ({ key }: { key: string }): void => {
    if (key === "pause") turn({ do: "pause" });
    else setAsking(key as "resume" | "stop" | "archive");
  };
  return (
    <>
      <Dropdown menu={{ items, onClick: pick }} trigger={["click"]}>
        <Button loading={isPending} icon={<Ellipsis size={15} aria-hidden />} aria-label={t("flows.more")} />
      </Dropdown>
      {asking ? <Ask what={asking} busy={isPending} onClose={() => setAsking(null)} onDo={turn} /> : null}
    </>
  );
}

interface AskProps {
  readonly what: "resume" | "stop" | "archive";
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onDo: (turn: Turn) => void;
}

/** What becomes of those inside is chosen, never assumed. */
function Ask({ what, busy, onClose, onDo }: AskProps): ReactNode {
  const { t } = useTranslation();
  const [leave, setLeave] = useState(false);
  const go = (): void => {
    if (what === "resume") onDo({ do: "resume", overdue: leave ? "leave" : "continue" });
    else if (what === "stop") onDo({ do: "stop", inside: leave ? "leave" : "finish" });
    else onDo({ do: "archive" });
  };
  return (
    <Modal
      open
      title={t(`flows.turns.${what}`)}
      onCancel={onClose}
      onOk={go}
      okText={t(`flows.turns.${what}`)}
      cancelText={t("flows.cancel")}
      okButtonProps={{ loading: busy, danger: what === "archive" }}
    >
      <p>{t(`flows.asks.${what}`)}</p>
      {what === "archive" ? null : (
        <Radio.Group
          value={leave}
          onChange={(event) => setLeave(event.target.value as boolean)}
          style={{ display: "grid", gap: 6, marginTop: 8 }}
        >
          <Radio value={false}>{t(`flows.asks.${what}Stay`)}</Radio>
          <Radio value>{t(`flows.asks.${what}Leave`)}</Radio>
        </Radio.Group>
      )}
    </Modal>
  );
}
