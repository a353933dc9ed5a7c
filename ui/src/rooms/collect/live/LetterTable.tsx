import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Json } from "@/parts/Json";
import { Technical } from "@/parts/states";
import { Code } from "@/parts/Copy";
import { ApiError } from "@/api/errors";
import { Pill } from "@/parts/Pill";
import { Time } from "@/parts/values";
import styles from "./Live.module.css";
import { splitReason, useReasonWords } from "./reasons";

type Letter = Schemas["DeadLetterBody"];

interface LetterTableProps {
  readonly letters: readonly Letter[];
  readonly chosen?: readonly string[];
  readonly onChoose?: (ids: readonly string[]) => void;
  /** Show what was received at once. */
  readonly whole?: boolean;
}

function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw; // what could not be parsed is why it is here
  }
}

export function LetterTable({ letters, chosen, onChoose, whole = false }: LetterTableProps): ReactNode {
  const { t } = useTranslation();
  const words = useReasonWords();
  const columns: TableColumnsType<Letter> = [
    { title: t("receipts.received"), key: "at", width: 130, render: (_, letter) => <Time at={letter.received_at} /> },
    {
      title: t("receipts.statusLabel"),
      key: "status",
      width: 100,
      render: (_, letter) => (
        <Pill tone="bad">{t(letter.status === "blocked" ? "receipts.status.blocked" : "receipts.status.invalid")}</Pill>
      ),
    },
    { title: t("receipts.reason"), key: "reason", render: (_, letter) => <span className={styles.eventName}>{words(letter.reason)}</span> },
    {
      title: t("receipts.messageId"),
      key: "message",
      width: 220,
      responsive: ["md"],
      render: (_, letter) => <Code value={letter.message_id} />,
    },
  ];
  return (
    <Table<Letter>
      rowKey="letter_id"
      size="middle"
      columns={columns}
      dataSource={[...letters]}
      pagination={false}
      scroll={{ x: "max-content" }}
      {...(chosen && onChoose
        ? { rowSelection: { selectedRowKeys: [...chosen], onChange: (keys: React.Key[]) => onChoose(keys.map(String)) } }
        : {})}
      expandable={{
        defaultExpandAllRows: whole,
        expandedRowRender: (letter) => (
          <div className={styles.raw}>
            <Json value={pretty(letter.raw)} label={t("letters.raw")} />
            <Technical error={new ApiError(0, splitReason(letter.reason).code, splitReason(letter.reason).details)} />
          </div>
        ),
      }}
    />
  );
}
