// What was sent that is not as planned? By event and kind of violation, most frequent first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Table, type TableColumnsType } from "antd";
import { ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Plan, Violation } from "@/api/contract";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useBreachWords } from "@/rooms/collect/live/reasons";
import { knownType } from "@/rooms/collect/live/types";
import { usePath, useWorkspace } from "@/shell/workspace";
import { violationsQuery } from "./queries";

export function Violations({ plan }: { plan: Plan }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const words = useBreachWords();
  const query = useInfiniteQuery(violationsQuery(slug));
  const checked = plan.mode !== "allow" || plan.unknown_events !== "allow" || plan.unknown_properties !== "allow";
  const columns: TableColumnsType<Violation> = [
    {
      title: t("plan.event"),
      key: "event",
      render: (_, row) => (
        <Link to={`${path("live")}?event=${encodeURIComponent(row.event)}`}>{row.event || t(`receipts.types.${knownType(row.type)}`)}</Link>
      ),
    },
    { title: t("plan.violation"), key: "what", render: (_, row) => words(row) },
    { title: t("overview.count"), key: "count", width: 110, align: "right", render: (_, row) => <Num value={row.events} /> },
    {
      title: t("plan.blocked"),
      key: "blocked",
      width: 110,
      align: "right",
      responsive: ["sm"],
      render: (_, row) => <Num value={row.blocked} />,
    },
    { title: t("plan.lastAt"), key: "last", width: 140, responsive: ["sm"], render: (_, row) => <Time at={row.last_at} /> },
  ];
  return (
    <Card flush>
      <Ready query={query}>
        {(data) =>
          data.pages[0]?.items.length === 0 ? (
            <Notice icon={ShieldCheck} title={t("plan.noViolations")} text={checked ? t("plan.noViolationsText") : t("plan.notChecked")} />
          ) : (
            <Table<Violation>
              rowKey={(row) => `${row.type} ${row.event} ${row.code} ${row.property}`}
              size="middle"
              columns={columns}
              dataSource={data.pages.flatMap((page) => page.items)}
              pagination={false}
            />
          )
        }
      </Ready>
    </Card>
  );
}
