// Which experiments are there, and how far is each?
import { useQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { FlaskConical, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import outreach from "@/rooms/outreach/Outreach.module.css";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { trialsQuery, type TrialLine } from "./queries";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(trialsQuery(slug));
  return (
    <Page title={t("trials.title")} lead={t("trials.lead")} actions={<NewButton />}>
      <Ready query={query}>
        {({ items }) => (
          <Card flush={items.length > 0}>
            {items.length > 0 ? (
              <TrialTable items={items} />
            ) : (
              <Notice icon={FlaskConical} title={t("trials.none.title")} text={t("trials.none.text")} action={<NewButton />} />
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
  return useMay("experiments:write") ? (
    <Link to={path("experiments", "new-experiment")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("trials.new")}
      </Button>
    </Link>
  ) : null;
}

const TONES: Record<TrialLine["state"], Tone> = { draft: "plain", running: "good", stopped: "warn", decided: "info", archived: "plain" };

export function TrialStatePill({ state }: { state: TrialLine["state"] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={TONES[state]} dot>
      {t(`trials.states.${state}`)}
    </Pill>
  );
}

function TrialTable({ items }: { items: readonly TrialLine[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<TrialLine> = [
    {
      title: t("trials.name"),
      key: "name",
      render: (_, one) => (
        <Link to={path("experiments", one.key)} className={outreach.name}>
          <strong>{one.name}</strong>
          <span>{one.primary}</span>
        </Link>
      ),
    },
    { title: t("trials.state"), key: "state", width: 120, render: (_, one) => <TrialStatePill state={one.state} /> },
    { title: t("trials.arms"), key: "arms", width: 80, align: "right", responsive: ["sm"], render: (_, one) => <Num value={one.arms} /> },
    { title: t("trials.method"), key: "method", width: 190, responsive: ["lg"], render: (_, one) => t(`trials.methods.${one.method}`) },
    { title: t("trials.startedAt"), key: "started", width: 140, responsive: ["md"], render: (_, one) => <Time at={one.started_at} /> },
    { title: t("trials.changed"), key: "changed", width: 140, responsive: ["lg"], render: (_, one) => <Time at={one.changed_at} /> },
  ];
  return <Table<TrialLine> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}
