// How often did this person come, for how long, and from where? Their visits, latest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { Footprints } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useLanguage } from "@/i18n/useLanguage";
import { formatDuration } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { Money, Num, Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import { visitsQuery } from "./queries";

type Visit = Schemas["SessionBody"];

export function Visits({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(visitsQuery(slug, person));
  return (
    <>
      <Card flush>
        <Ready query={query}>
          {(data) => {
            const visits = data.pages.flatMap((page) => page.items);
            return visits.length ? (
              <VisitTable visits={visits} />
            ) : (
              <Notice compact icon={Footprints} title={t("visits.empty.title")} text={t("visits.empty.text")} />
            );
          }}
        </Ready>
      </Card>
      {query.hasNextPage ? (
        <div style={{ marginTop: 12, textAlign: "center" }}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function VisitTable({ visits }: { visits: readonly Visit[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const columns: TableColumnsType<Visit> = [
    { title: t("visits.started"), key: "started", width: 150, render: (_, visit) => <Time at={visit.started_at} /> },
    {
      title: t("visits.length"),
      key: "length",
      width: 140,
      render: (_, visit) => (visit.bounce ? <Pill>{t("visits.bounce")}</Pill> : formatDuration(visit.seconds, tag)),
    },
    { title: t("visits.events"), key: "events", align: "right", width: 90, render: (_, visit) => <Num value={visit.events} /> },
    {
      title: t("visits.pages"),
      key: "pages",
      align: "right",
      width: 90,
      responsive: ["sm"],
      render: (_, visit) => <Num value={visit.pages} />,
    },
    {
      title: t("visits.entry"),
      key: "entry",
      responsive: ["md"],
      render: (_, visit) => (visit.entry_path ? <code>{visit.entry_path}</code> : <span className="faint">–</span>),
    },
    {
      title: t("visits.source"),
      key: "source",
      responsive: ["lg"],
      render: (_, visit) =>
        [visit.utm_source || visit.referrer, visit.utm_campaign].filter(Boolean).join(" · ") || <span className="faint">–</span>,
    },
    { title: t("people.revenue"), key: "revenue", align: "right", width: 120, render: (_, visit) => <Money minor={visit.revenue_minor} /> },
  ];
  return (
    <Table<Visit> rowKey="started_at" size="middle" columns={columns} dataSource={[...visits]} pagination={false} scroll={{ x: true }} />
  );
}
