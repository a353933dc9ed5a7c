// What was done, how often, and by how many people? Events by name, most frequent first; each number opens what is behind it.
import { Table, type TableColumnsType } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Card } from "@/parts/Page";
import { Num } from "@/parts/values";
import styles from "./EventTable.module.css";
import type { OverviewLinks } from "./overviewLinks";

interface Row {
  readonly name: string;
  readonly count: number;
  readonly people: number;
  readonly share: number;
}

interface EventTableProps {
  readonly events: Readonly<Record<string, number>>;
  readonly people: Readonly<Record<string, number>>;
  readonly links: OverviewLinks;
}

export function EventTable({ events, people, links }: EventTableProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const rows = useMemo(() => {
    const total = Object.values(events).reduce((sum, count) => sum + count, 0);
    return Object.entries(events)
      .map(([name, count]): Row => ({ name, count, people: people[name] ?? 0, share: total ? count / total : 0 }))
      .sort((a, b) => b.count - a.count);
  }, [events, people]);
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 });
  const columns: TableColumnsType<Row> = [
    {
      title: t("overview.event"),
      dataIndex: "name",
      render: (_, row) => {
        const to = links.events({ event: row.name });
        const name = row.name || t("overview.unnamedEvent");
        return to === undefined ? (
          <span className={styles.name}>{name}</span>
        ) : (
          <Link to={to} className={styles.name}>
            {name}
          </Link>
        );
      },
    },
    {
      title: t("overview.count"),
      dataIndex: "count",
      align: "right",
      width: 130,
      sorter: (a, b) => a.count - b.count,
      render: (_, row) => <Num value={row.count} to={links.events({ event: row.name })} label={`${row.name}, ${t("overview.count")}`} />,
    },
    {
      title: t("overview.people"),
      dataIndex: "people",
      align: "right",
      width: 130,
      sorter: (a, b) => a.people - b.people,
      render: (_, row) => <Num value={row.people} to={links.people({ event: row.name })} label={`${row.name}, ${t("overview.people")}`} />,
    },
    {
      title: t("overview.share"),
      key: "share",
      width: 200,
      responsive: ["sm"],
      render: (_, row) => (
        <span className={styles.share}>
          <span className={styles.track} aria-hidden>
            <span className={styles.bar} style={{ width: `${row.share * 100}%` }} />
          </span>
          <span className="tabular faint">{percent.format(row.share)}</span>
        </span>
      ),
    },
  ];
  return (
    <Card title={t("overview.byEvent")} flush>
      <Table<Row>
        rowKey="name"
        columns={columns}
        dataSource={rows}
        size="middle"
        pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      />
    </Card>
  );
}
