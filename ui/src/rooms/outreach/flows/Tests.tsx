// Which way of each A/B test is best, how sure is that, and is it decided?
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatTime } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Num } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import type { Graph, Report } from "./queries";
import { useFlowWords } from "./words";

type Test = Report["tests"][number];
type Variant = Test["variants"][number];

export function Tests({ graph, tests }: { graph: Graph; tests: readonly Test[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const words = useFlowWords();
  const columns: TableColumnsType<Variant> = [
    { title: t("flowTests.way"), key: "way", render: (_, each) => words.way(each.way) },
    { title: t("flowTests.people"), key: "people", align: "right", render: (_, each) => <Num value={each.people} /> },
    { title: t("flowTests.reached"), key: "reached", align: "right", render: (_, each) => <Num value={each.reached} /> },
    {
      title: t("flowTests.rate"),
      key: "rate",
      align: "right",
      responsive: ["sm"],
      render: (_, each) => (each.people === 0 ? "–" : `${((100 * each.reached) / each.people).toFixed(1)}%`),
    },
    { title: t("flowTests.best"), key: "best", align: "right", render: (_, each) => `${(100 * each.best).toFixed(1)}%` },
    {
      title: t("flowTests.waiting"),
      key: "waiting",
      align: "right",
      responsive: ["sm"],
      render: (_, each) => <Num value={each.waiting} />,
    },
  ];
  // Where more come to what works, the plain rate is biased; this one is not.
  const weighed: TableColumnsType<Variant>[number] = {
    title: t("flowTests.weighed"),
    key: "weighed",
    align: "right",
    render: (_, each) => (each.rate === null ? "–" : `${(100 * each.rate).toFixed(1)}%`),
  };
  return tests.map((test) => {
    const node = graph.nodes.find((each) => each.id === test.node);
    const { sure_percent, min_people } = node?.config ?? {};
    const said =
      test.winner === ""
        ? `${t("flowTests.open")} ${t("flowTests.rule", { percent: Number(sure_percent ?? 95), people: Number(min_people ?? 100) })}`
        : t("flowTests.winner", { way: words.way(test.winner), at: formatTime(test.decided_at ?? "", zone, tag) });
    const shown = node?.config.sharing === "thompson" ? [...columns, weighed] : columns;
    return (
      <Card key={test.node} title={t("flowTests.title", { step: (node?.name ?? "") || words.kind("ab") })} note={said} flush>
        <Table<Variant> rowKey="way" size="small" columns={shown} dataSource={[...test.variants]} pagination={false} />
      </Card>
    );
  });
}
