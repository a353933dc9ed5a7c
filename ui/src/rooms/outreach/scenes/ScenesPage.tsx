// Which situations are watched for, and how many people are in one right now?
import { useQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { Clapperboard, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "../Outreach.module.css";
import { scenesQuery, type SceneLine } from "./queries";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(scenesQuery(slug));
  return (
    <Page title={t("scenes.title")} lead={t("scenes.lead")} actions={<NewButton />}>
      <Ready query={query}>
        {({ items }) => (
          <Card flush={items.length > 0}>
            {items.length > 0 ? (
              <SceneTable items={items} />
            ) : (
              <Notice icon={Clapperboard} title={t("scenes.none.title")} text={t("scenes.none.text")} action={<NewButton />} />
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
    <Link to={path("scenes", "new-scene")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("scenes.new")}
      </Button>
    </Link>
  ) : null;
}

export function SceneState({ state }: { state: SceneLine["state"] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={state === "live" ? "good" : state === "paused" ? "warn" : "plain"} dot>
      {t(`scenes.states.${state}`)}
    </Pill>
  );
}

function SceneTable({ items }: { items: readonly SceneLine[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<SceneLine> = [
    {
      title: t("scenes.name"),
      key: "name",
      render: (_, scene) => (
        <Link to={path("scenes", scene.key)} className={styles.name}>
          <strong>{scene.name}</strong>
          <span>{scene.description}</span>
        </Link>
      ),
    },
    { title: t("scenes.state"), key: "state", width: 110, render: (_, scene) => <SceneState state={scene.state} /> },
    { title: t("scenes.inside"), key: "inside", width: 100, align: "right", render: (_, scene) => <Num value={scene.inside} /> },
    {
      title: t("scenes.day"),
      key: "day",
      width: 130,
      align: "right",
      responsive: ["sm"],
      render: (_, scene) => <Num value={scene.day} />,
    },
    {
      title: t("scenes.ever"),
      key: "ever",
      width: 110,
      align: "right",
      responsive: ["md"],
      render: (_, scene) => <Num value={scene.ever} />,
    },
    { title: t("scenes.changed"), key: "changed", width: 140, responsive: ["lg"], render: (_, scene) => <Time at={scene.changed_at} /> },
  ];
  return <Table<SceneLine> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}
