// What do people in this scene need, by what they said and by what they did, and does the offer speak of it?
import { useQuery } from "@tanstack/react-query";
import { Space, Table, Tag, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { Num } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { needsQuery, type SceneNeed } from "./queries";

export function Needs({ scene }: { scene: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(needsQuery(slug, scene));
  const columns: TableColumnsType<SceneNeed> = [
    { title: t("scenes.needs.words"), key: "words", render: (_, one) => one.words },
    {
      title: t("scenes.needs.evidence"),
      key: "source",
      render: (_, one) => <Tag color={one.explicit ? "blue" : "default"}>{t(`scenes.needs.source.${one.source}`)}</Tag>,
    },
    { title: t("scenes.needs.people"), key: "people", align: "right", width: 90, render: (_, one) => <Num value={one.people} /> },
    {
      title: t("scenes.needs.offered"),
      key: "offered",
      responsive: ["sm"],
      render: (_, one) => t(one.offered ? "scenes.needs.yes" : "scenes.needs.no"),
    },
    {
      title: t("scenes.needs.witnesses"),
      key: "witnesses",
      responsive: ["md"],
      render: (_, one) => (
        <Space size={4} wrap>
          {one.witnesses.map((id) => (
            <Link key={id} to={path("people", id)}>
              {id}
            </Link>
          ))}
        </Space>
      ),
    },
  ];
  return (
    <Ready query={query}>
      {(found) => (
        <Card
          title={t("scenes.needs.title")}
          note={
            found.people === 0
              ? t("scenes.needs.nobody")
              : t("scenes.needs.summary", { people: found.people, some: found.with_need, met: found.met })
          }
          flush
        >
          <Table<SceneNeed>
            rowKey={(one) => `${one.source}:${one.words}`}
            size="middle"
            columns={columns}
            dataSource={[...found.needs]}
            pagination={false}
            locale={{ emptyText: t(found.missing.length > 0 ? "scenes.needs.noRoles" : "scenes.needs.none") }}
          />
        </Card>
      )}
    </Ready>
  );
}
