// What are the numbers, one by one? The tables of an answer, each with its file; colours say how much, links open people.
import { Button, Table as AntTable, type TableColumnsType } from "antd";
import { FileDown } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/parts/Page";
import { useWorkspace } from "@/shell/workspace";
import { csvOf } from "../csv";
import { download } from "../download";
import type { Table, Value } from "../view";
import { Opens } from "./Opens";
import styles from "./Show.module.css";
import type { Write } from "./useWrite";

interface Row {
  readonly key: number;
  readonly values: readonly Value[];
}

const PAGE = 50;

interface TableViewProps {
  readonly table: Table;
  readonly write: Write;
  /** Of the file. */
  readonly name: string;
}

export function TableView({ table, write, name }: TableViewProps): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const rows = table.rows.map((values, key): Row => ({ key, values }));
  const columns: TableColumnsType<Row> = table.columns.map(({ key, title, format }, at) => ({
    key,
    title,
    align: format === "text" || format === "bucket" ? "left" : "right",
    onCell: ({ values }) => heated(values[at]),
    render: (_, { values }) => {
      const value = values[at] ?? { value: null };
      const shown = write(value.value, value.format ?? format);
      const cell = <Opens value={value} shown={shown} />;
      return value.growing ? (
        <span className={styles.growing} title={t("reports.growing")}>
          {cell}
          <span className="visually-hidden"> ({t("reports.growing")})</span>
        </span>
      ) : (
        cell
      );
    },
    ...(at === 0 ? { className: styles.first ?? "" } : {}),
  }));
  return (
    <Card
      flush
      title={table.title}
      note={table.note}
      actions={
        <Button
          size="small"
          icon={<FileDown size={13} aria-hidden />}
          aria-label={t("reports.csvOf", { name: table.title })}
          onClick={() => download(`${name} ${table.title}.csv`, "text/csv", "\ufeff", csvOf(table, currency))}
        >
          CSV
        </Button>
      }
    >
      <AntTable<Row>
        rowKey="key"
        size="small"
        columns={columns}
        dataSource={rows}
        scroll={{ x: "max-content" }}
        pagination={rows.length > PAGE ? { pageSize: PAGE, showSizeChanger: false, size: "small" } : false}
      />
    </Card>
  );
}

/** A strong colour would hide the number on it. */
function heated(value: Value | undefined): { readonly style?: { readonly background: string } } {
  if (!value?.heat) return {};
  const percent = Math.round(Math.min(1, value.heat) * 42);
  return { style: { background: `color-mix(in srgb, var(--chart-1) ${percent}%, transparent)` } };
}
