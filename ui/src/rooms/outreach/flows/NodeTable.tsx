// How many came to each step, stand there, and went which way?
import { Button, Table, type TableColumnsType } from "antd";
import type { CSSProperties, ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Num } from "@/parts/values";
import type { Graph, NodeCount, Report } from "./queries";
import { useFlowWords } from "./words";

/** Names and settings are as long as somebody wrote them. */
const WRAPPED: CSSProperties = { height: "auto", padding: 0, textAlign: "start", whiteSpace: "normal", overflowWrap: "anywhere" };

export function NodeTable({ graph, report, onPick }: { graph: Graph; report: Report; onPick: (id: string) => void }): ReactNode {
  const { t } = useTranslation();
  const words = useFlowWords();
  const named = new Map(graph.nodes.map((node) => [node.id, node]));
  const columns: TableColumnsType<NodeCount> = [
    {
      title: t("flows.step"),
      key: "step",
      render: (_, each) => {
        const node = named.get(each.node);
        return node ? (
          <Button type="link" size="small" onClick={() => onPick(each.node)} style={WRAPPED}>
            {node.name || words.kind(node.type)} · {words.summary(node)}
          </Button>
        ) : (
          each.node
        );
      },
    },
    { title: t("flows.came"), key: "came", width: 100, align: "right", render: (_, each) => <Num value={each.came} /> },
    { title: t("flows.waiting"), key: "standing", width: 100, align: "right", render: (_, each) => <Num value={each.standing} /> },
    {
      title: t("flows.went"),
      key: "ways",
      responsive: ["sm"],
      render: (_, each) =>
        Object.entries(each.ways)
          .map(([way, people]) => `${words.way(way)} ${people.toLocaleString()}`)
          .join(" · "),
    },
    {
      title: t("flows.messages"),
      key: "messages",
      responsive: ["md"],
      render: (_, each) =>
        Object.entries(each.messages)
          .map(([state, count]) => `${t(`flows.messageStates.${state as "accepted"}`)} ${count.toLocaleString()}`)
          .join(" · "),
    },
  ];
  return <Table<NodeCount> rowKey="node" size="small" columns={columns} dataSource={[...report.nodes]} pagination={false} />;
}
