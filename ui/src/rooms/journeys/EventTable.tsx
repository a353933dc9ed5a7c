// What was done, and how often? Events by name, most frequent first; a row opens the events behind it.
import { Table, type TableColumnsType } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Card } from "@/parts/Page";
import { Num } from "@/parts/values";
import { usePath } from "@/shell/workspace";
import styles from "./EventTable.module.css";

interface Row {
  readonly name: string;
  readonly count: number;
  readonly share: number;
}

export function EventTable({ events }: { events: Readonly<Record<string, number>> }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const path = usePath();
  const rows = useMemo(() => {
    const total = Object.values(events).reduce((sum, count) => sum + count, 0);
    return Object.entries(events)
      .map(([name, count]): Row => ({ name, count, share: total ? count / total : 0 }))
      .sort((a, b) => b.count - a.count);
  }, [events]);
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 });
  const behind = (row: Row): string => `${path("live")}?event=${encodeURIComponent(row.name)}`;
  const columns: TableColumnsType<Row> = [
    {
      title: t("overview.event"),
      dataIndex: "name",
      render: (_, row) => (
        <Link to={behind(row)} className={styles.name}>
          {row.name || t("overview.unnamedEvent")}
        </Link>
      ),
    },
    {
      title: t("overview.count"),
      dataIndex: "count",
      align: "right",
      width: 130,
      sorter: (a, b) => a.count - b.count,
      render: (_, row) => <Num value={row.count} to={behind(row)} label={row.name} />,
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
