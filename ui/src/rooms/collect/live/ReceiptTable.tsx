import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Receipt } from "@/api/contract";
import { Time } from "@/parts/values";
import { usePath } from "@/shell/workspace";
import styles from "./Live.module.css";
import { useReasonWords } from "./reasons";
import { StatusPill } from "./StatusPill";
import { knownType } from "./types";

export function ReceiptTable({ receipts, onOpen }: { receipts: readonly Receipt[]; onOpen: (message: string) => void }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const reasonWords = useReasonWords();
  const columns: TableColumnsType<Receipt> = [
    { title: t("receipts.received"), key: "received", width: 130, render: (_, row) => <Time at={row.received_at} /> },
    { title: t("receipts.statusLabel"), key: "status", width: 110, render: (_, row) => <StatusPill status={row.status} /> },
    {
      title: t("receipts.event"),
      key: "event",
      render: (_, row) => (
        <button type="button" className={styles.open} onClick={() => onOpen(row.message_id)}>
          <span className={styles.eventName}>{row.event || t(`receipts.types.${knownType(row.type)}`)}</span>
          {row.reason ? <span className={styles.reason}>{reasonWords(row.reason)}</span> : null}
        </button>
      ),
    },
    {
      title: t("receipts.type"),
      key: "type",
      width: 110,
      responsive: ["md"],
      render: (_, row) => <span className="soft">{t(`receipts.types.${knownType(row.type)}`)}</span>,
    },
    {
      title: t("receipts.person"),
      key: "person",
      width: 110,
      render: (_, row) =>
        row.person_id ? <Link to={path("people", row.person_id)}>{`#${row.person_id}`}</Link> : <span className="faint">–</span>,
    },
  ];
  return (
    <Table<Receipt>
      rowKey="cursor"
      size="middle"
      columns={columns}
      dataSource={[...receipts]}
      pagination={false}
      scroll={{ x: "max-content" }}
      className={styles.table ?? ""}
    />
  );
}
