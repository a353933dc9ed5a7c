// What goes with a person, room by room?
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { Num } from "@/parts/values";
import type { Going } from "./queries";

export function GoingTable({ going }: { going: readonly Going[] }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const columns: TableColumnsType<Going> = [
    { title: t("erasure.room"), key: "room", render: (_, one) => words(`erasure.rooms.${one.room}`) ?? one.room },
    { title: t("erasure.thing"), key: "what", render: (_, one) => words(`erasure.things.${one.what}`) ?? one.what },
    { title: t("erasure.count"), key: "count", align: "right", render: (_, one) => <Num value={one.count} /> },
  ];
  return (
    <Table<Going>
      size="small"
      columns={columns}
      dataSource={[...going]}
      rowKey={(one) => `${one.room} ${one.what}`}
      pagination={false}
      scroll={{ y: 260 }}
    />
  );
}
