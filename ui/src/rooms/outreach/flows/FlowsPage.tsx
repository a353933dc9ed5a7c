// Which flows are there, do they run, and how many people are on their way?
import { useQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { Plus, Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Flows.module.css";
import { flowsQuery, type FlowLine } from "./queries";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(flowsQuery(slug));
  return (
    <Page title={t("flows.title")} lead={t("flows.lead")} actions={<NewButton />}>
      <Ready query={query}>
        {({ items }) => (
          <Card flush={items.length > 0}>
            {items.length > 0 ? (
              <FlowTable items={items} />
            ) : (
              <Notice icon={Workflow} title={t("flows.none.title")} text={t("flows.none.text")} action={<NewButton />} />
            )}
          </Card>
        )}
      </Ready>
    </Page>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("flows:write") ? (
    <Link to={path("flows", "new-flow")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("flows.new")}
      </Button>
    </Link>
  ) : null;
}

const TONES: Readonly<Record<FlowLine["state"], Tone>> = {
  draft: "plain",
  live: "good",
  paused: "warn",
  stopped: "info",
  archived: "plain",
};

export function FlowState({ state }: { state: FlowLine["state"] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={TONES[state]} dot>
      {t(`flows.states.${state}`)}
    </Pill>
  );
}

function FlowTable({ items }: { items: readonly FlowLine[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<FlowLine> = [
    {
      title: t("flows.name"),
      key: "name",
      render: (_, flow) => (
        <Link to={path("flows", flow.key)} className={styles.name}>
          <strong>{flow.name}</strong>
          <span>{t(`flows.entry.types.${flow.entry as "event"}`)}</span>
        </Link>
      ),
    },
    { title: t("flows.state"), key: "state", width: 120, render: (_, flow) => <FlowState state={flow.state} /> },
    { title: t("flows.inside"), key: "inside", width: 110, align: "right", render: (_, flow) => <Num value={flow.inside} /> },
    {
      title: t("flows.entered"),
      key: "entered",
      width: 110,
      align: "right",
      responsive: ["sm"],
      render: (_, flow) => <Num value={flow.entered} />,
    },
    {
      title: t("flows.held"),
      key: "held",
      width: 110,
      align: "right",
      responsive: ["md"],
      render: (_, flow) => <Num value={flow.holdout} />,
    },
    { title: t("flows.changed"), key: "changed", width: 140, responsive: ["lg"], render: (_, flow) => <Time at={flow.changed_at} /> },
  ];
  return <Table<FlowLine> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}
