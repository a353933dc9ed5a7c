// Who rises, who cools? Those whose tie is or was strongest first, each with the way to the person.
import { useQuery } from "@tanstack/react-query";
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { usePath, useWorkspace } from "@/shell/workspace";
import { tiePeopleQuery, type Level, type Listed, type TiePerson } from "./queries";

const TONES: Readonly<Record<Level, Tone>> = { strong: "good", medium: "info", weak: "plain" };

export function Changes({ listed, at, points }: { listed: Exclude<Listed, "strongest">; at: string | null; points: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(tiePeopleQuery(slug, listed, at));
  const side = listed === "rising" ? `low=${String(points)}&high=100` : `low=-100&high=${String(-points)}`;
  return (
    <Card
      flush
      title={t(`ties.${listed}`)}
      note={t(`ties.${listed}Note`)}
      actions={<Link to={`${path("tags", "tie_change")}?${side}`}>{t("ties.everybody")}</Link>}
    >
      <Ready query={query}>{(page) => <People items={page.items} />}</Ready>
    </Card>
  );
}

function People({ items }: { items: readonly TiePerson[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const path = usePath();
  const columns: TableColumnsType<TiePerson> = [
    {
      title: t("ties.person"),
      key: "person",
      render: (_, { person }) => (
        <Link to={`${path("people", person.person_id)}?tab=tags`}>
          <PersonLabel person={person} />
        </Link>
      ),
    },
    {
      title: t("ties.level"),
      key: "level",
      responsive: ["sm"],
      render: (_, { level }) => <Pill tone={TONES[level]}>{t(`ties.levels.${level}`)}</Pill>,
    },
    {
      title: t("ties.score"),
      key: "score",
      align: "right",
      render: (_, { score }) => <span className="tabular">{formatNumber(Math.round(score), tag)}</span>,
    },
    {
      title: t("ties.change"),
      key: "change",
      align: "right",
      render: (_, { change }) => (
        <span className="tabular">
          {change === null ? "–" : new Intl.NumberFormat(tag, { maximumFractionDigits: 0, signDisplay: "exceptZero" }).format(change)}
        </span>
      ),
    },
  ];
  return (
    <Table<TiePerson>
      rowKey={({ person }) => person.person_id}
      size="small"
      columns={columns}
      dataSource={[...items]}
      locale={{ emptyText: t("ties.nobody") }}
      pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
    />
  );
}
