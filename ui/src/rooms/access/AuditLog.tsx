// Who changed what, and when? Newest first; a row opens to what was there before and after.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { ScrollText } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { AuditEntry } from "@/api/contract";
import { useWords } from "@/i18n/useWords";
import { Json } from "@/parts/Json";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import { auditQuery } from "./queries";
import styles from "./Settings.module.css";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(auditQuery(slug));
  return (
    <>
      <div className={styles.toolbar}>{t("settings.audit.lead")}</div>
      <Card flush>
        <Ready query={query}>
          {(data) => {
            const entries = data.pages.flatMap((page) => page.items);
            return entries.length ? (
              <AuditTable entries={entries} />
            ) : (
              <Notice compact icon={ScrollText} title={t("settings.audit.empty")} />
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

function AuditTable({ entries }: { entries: readonly AuditEntry[] }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const columns: TableColumnsType<AuditEntry> = [
    { title: t("settings.audit.when"), key: "at", width: 140, render: (_, entry) => <Time at={entry.at} /> },
    {
      title: t("settings.audit.who"),
      key: "who",
      width: 220,
      render: (_, entry) => (
        <div className={styles.person}>
          <strong>{entry.actor_kind === "operator" ? t("settings.audit.operator") : entry.actor}</strong>
          <span>{entry.address}</span>
        </div>
      ),
    },
    {
      title: t("settings.audit.what"),
      key: "what",
      render: (_, entry) => words(`settings.audit.actions.${entry.action.replace(".", "_")}`) ?? <code>{entry.action}</code>,
    },
    { title: t("settings.audit.target"), key: "target", responsive: ["md"], render: (_, entry) => <code>{entry.target}</code> },
  ];
  return (
    <Table<AuditEntry>
      rowKey="entry_id"
      size="middle"
      columns={columns}
      dataSource={[...entries]}
      pagination={false}
      scroll={{ x: "max-content" }}
      expandable={{
        rowExpandable: (entry) => entry.before !== null || entry.after !== null,
        expandedRowRender: (entry) => <Change entry={entry} />,
      }}
    />
  );
}

function Change({ entry }: { entry: AuditEntry }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={styles.change}>
      {(["before", "after"] as const).map((side) =>
        entry[side] ? (
          <div key={side}>
            <div className={styles.changeName}>{t(`settings.audit.${side}`)}</div>
            <Json value={entry[side]} label={t(`settings.audit.${side}`)} />
          </div>
        ) : null,
      )}
    </div>
  );
}
